using System.Collections.Generic;

namespace OciRuntime.Spec;

/// <summary><c>hooks</c> (config.md, "POSIX-platform Hooks").</summary>
internal static class HooksValidator
{
    public static void Validate(ProblemList problems, Hooks hooks)
    {
        Validate(problems, "hooks.prestart", hooks.Prestart);
        Validate(problems, "hooks.createRuntime", hooks.CreateRuntime);
        Validate(problems, "hooks.createContainer", hooks.CreateContainer);
        Validate(problems, "hooks.startContainer", hooks.StartContainer);
        Validate(problems, "hooks.poststart", hooks.Poststart);
        Validate(problems, "hooks.poststop", hooks.Poststop);
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
