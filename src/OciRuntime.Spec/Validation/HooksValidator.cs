using System.Collections.Generic;

namespace OciRuntime.Spec;

/// <summary><c>hooks</c> (config.md, "POSIX-platform Hooks").</summary>
internal static class HooksValidator
{
    public static void Validate(ProblemList problems, Hooks hooks)
    {
        foreach (HookKind kind in HookKind.All)
            Validate(problems, "hooks." + kind.Name, kind.Of(hooks));
    }

    private static void Validate(ProblemList problems, string path, IReadOnlyList<Hook>? hooks)
    {
        for (int i = 0; i < hooks?.Count; i++)
        {
            if (!hooks[i].Path.StartsWith('/'))
                problems.CheckAbsolute(JsonPath.Item(path, i) + ".path", hooks[i].Path);
            if (hooks[i].Timeout <= 0)
                problems.Add(JsonPath.Item(path, i) + ".timeout", $"is {hooks[i].Timeout}, must be more than 0 seconds");
        }
    }
}
