using System;
using System.Collections.Generic;
using OciRuntime.Container.Errors;

namespace OciRuntime.Container.IntelRdt;

/// <summary>New schemata of a class, taken back unless they are kept: an update changes all limits or none.</summary>
internal sealed class SchemataUpdate : IDisposable
{
    private readonly string _mountPoint;
    private readonly string _directory;
    private readonly List<(string Property, string Line)> _before = [];
    private bool _kept;

    private SchemataUpdate(string mountPoint, string directory)
    {
        _mountPoint = mountPoint;
        _directory = directory;
        foreach (string line in (Resctrl.TryRead(directory + "/schemata") ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            _before.Add(("the former schemata", line));
    }

    /// <exception cref="ContainerException">The kernel refuses a line: none is changed.</exception>
    public static SchemataUpdate Write(string mountPoint, string directory, IReadOnlyList<(string Property, string Line)> lines)
    {
        SchemataUpdate update = new(mountPoint, directory);
        try
        {
            ResctrlGroup.WriteSchemata(mountPoint, directory, lines);
            return update;
        }
        catch
        {
            update.Dispose();
            throw;
        }
    }

    public void Keep() => _kept = true;

    public void Dispose()
    {
        if (!_kept)
            ResctrlGroup.WriteSchemata(_mountPoint, _directory, _before);
    }
}
