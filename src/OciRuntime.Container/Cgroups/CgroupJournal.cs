using System;
using System.Collections.Generic;
using OciRuntime.Linux;

namespace OciRuntime.Container.Cgroups;

/// <summary>Values that an update has replaced, or that systemd may replace with them, so that they can be put back.</summary>
internal sealed class CgroupJournal
{
    private readonly List<(CgroupDirectory Directory, string File, string Value)> _old = [];

    /// <summary>Notes what brings the old content of <paramref name="file"/> back.</summary>
    public void Note(CgroupDirectory directory, string file, string value) => _old.Add((directory, file, value));

    /// <summary>
    /// Writes the old values back, the last one first. Values that depend on each other (memory and memory+swap,
    /// quota and period) may be refused in one order only: what is refused is tried again after the others.
    /// </summary>
    /// <param name="warn">Receives a line for each value that could not be written back.</param>
    public void Restore(Action<string> warn)
    {
        List<(CgroupDirectory, string, string)> refused = [];
        for (int i = _old.Count - 1; i >= 0; i--)
            if (Write(_old[i]) != 0)
                refused.Add(_old[i]);
        foreach ((CgroupDirectory Directory, string File, string) old in refused)
            if (Write(old) is var error and not 0)
                warn($"put the old value of {old.Directory.Path}/{old.File} back: {Errno.Text(error)}");
    }

    private static int Write((CgroupDirectory Directory, string File, string Value) old) =>
        old.Directory.TryWrite(old.File, old.Value.Length == 0 ? "\n" : old.Value);
}
