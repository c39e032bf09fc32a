using System.Collections.Generic;
using System.Globalization;
using OciRuntime.Container.Errors;
using OciRuntime.Linux;
using OciRuntime.Spec;

namespace OciRuntime.Container.Cgroups;

/// <summary>Huge page limits; v1 and v2 differ only in the end of the file's name (hugetlb.rst).</summary>
internal static class HugetlbController
{
    public const string Name = "hugetlb";

    /// <summary>The limit of pages in use, and of those reserved where the kernel (since 5.7) has it.</summary>
    /// <param name="directory">The cgroup.</param>
    /// <param name="limits">The limits.</param>
    /// <param name="suffix"><c>limit_in_bytes</c> on v1, <c>max</c> on v2.</param>
    public static void Set(CgroupDirectory directory, IReadOnlyList<LinuxHugepageLimit> limits, string suffix)
    {
        for (int i = 0; i < limits.Count; i++)
        {
            string property = $"linux.resources.hugepageLimits[{i}]";
            string size = limits[i].PageSize;
            // The size becomes a part of a file's name.
            foreach (char c in size)
                if (!char.IsAsciiLetterOrDigit(c))
                    throw new ContainerException($"{property}.pageSize: \"{size}\" is not a size such as \"2MB\"");
            string value = limits[i].Limit.ToString(CultureInfo.InvariantCulture);
            directory.Write($"hugetlb.{size}.{suffix}", value, property);
            int error = directory.TryWrite($"hugetlb.{size}.rsvd.{suffix}", value, undo: null);
            if (error is not (0 or Errno.ENOENT))
                throw directory.Refused($"hugetlb.{size}.rsvd.{suffix}", value, property, error);
        }
    }
}
