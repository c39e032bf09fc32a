using System;
using OciRuntime.Container.IO;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Cgroups;

/// <summary>Whether this process is in a user namespace other than the initial one.</summary>
internal static class UserNamespace
{
    /// <summary>The initial namespace maps every id to itself in one line (user_namespaces(7)).</summary>
    public static bool IsNested
    {
        get
        {
            string[] fields = FileContent.ReadText(AT_FDCWD, "/proc/self/uid_map").Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
            return fields is not ["0", "0", "4294967295"];
        }
    }
}
