using System.Collections.Generic;

namespace OciRuntime.Spec;

/// <summary>Lists of id mappings: what the kernel refuses with EINVAL (user_namespaces(7)).</summary>
internal static class IdMappingsValidator
{
    /// <summary>UID_GID_MAP_MAX_EXTENTS since Linux 4.15.</summary>
    private const int MaxMappings = 340;

    public static void Validate(ProblemList problems, string path, IReadOnlyList<LinuxIDMapping>? mappings)
    {
        if (mappings?.Count > MaxMappings)
        {
            problems.Add(path, $"has {mappings.Count} entries, the kernel takes {MaxMappings}");
            return;
        }
        for (int i = 0; i < mappings?.Count; i++)
        {
            LinuxIDMapping mapping = mappings[i];
            // The last id, 4294967295, means "none" to the kernel and cannot be mapped.
            if (mapping.Size == 0)
                problems.Add(JsonPath.Item(path, i) + ".size", "is 0");
            else if ((ulong)mapping.ContainerID + mapping.Size > uint.MaxValue || (ulong)mapping.HostID + mapping.Size > uint.MaxValue)
                problems.Add(path, i, "the range ends after 4294967294");
            for (int j = 0; j < i; j++)
            {
                if (Overlap(mapping.ContainerID, mapping.Size, mappings[j].ContainerID, mappings[j].Size)
                    || Overlap(mapping.HostID, mapping.Size, mappings[j].HostID, mappings[j].Size))
                {
                    problems.Add(path, i, $"overlaps with [{j}]");
                    break;
                }
            }
        }
    }

    /// <summary>Whether the container has this id at all.</summary>
    public static bool Has(IReadOnlyList<LinuxIDMapping> mappings, uint id)
    {
        for (int i = 0; i < mappings.Count; i++)
        {
            if (id >= mappings[i].ContainerID && id - mappings[i].ContainerID < mappings[i].Size)
                return true;
        }
        return false;
    }

    private static bool Overlap(uint a, uint aSize, uint b, uint bSize) =>
        a < (ulong)b + bSize && b < (ulong)a + aSize;
}
