using System;
using System.Collections.Generic;

namespace OciRuntime.Container.Cgroups;

/// <summary>The values that an update has replaced, so that a refused one leaves nothing changed.</summary>
internal sealed class CgroupJournal
{
    private readonly List<(CgroupDirectory Directory, string File, string Value)> _old = [];

    /// <summary>Notes what brings the old content of <paramref name="file"/> back.</summary>
    public void Note(CgroupDirectory directory, string file, string value) => _old.Add((directory, file, value));

    /// <summary>
    /// Writes the old values back, the last one first. Values that depend on each other (memory and memory+swap,
    /// quota and period) may be refused in one order only: what is refused is tried again after the others.
    /// </summary>
    /// <param name="failed">Receives each value that could not be written back, with its errno.</param>
    public void Restore(Action<string, int> failed)
    {
        for (int pass = 0; pass < 2; pass++)
        {
            for (int i = _old.Count - 1; i >= 0; i--)
            {
                (CgroupDirectory directory, string file, string value) = _old[i];
                int error = directory.TryWrite(file, value.Length == 0 ? "\n" : value);
                if (error == 0)
                    _old.RemoveAt(i);
                else if (pass == 1)
                    failed($"{directory.Path}/{file}", error);
            }
        }
    }
}
