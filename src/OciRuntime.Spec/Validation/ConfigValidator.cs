using System.Collections.Generic;
using System.Text;

namespace OciRuntime.Spec;

/// <summary>
/// The specification's rules, and the kernel's where it would only say EINVAL, as far as a configuration can be judged
/// by itself. One file per section of the configuration.
/// </summary>
public static class ConfigValidator
{
    /// <summary>The kernel's limit, __NEW_UTS_LEN (uname(2)).</summary>
    private const int MaxHostname = 64;

    /// <summary>All problems of a configuration, in the order of the sections; empty when there are none.</summary>
    public static IReadOnlyList<Problem> Validate(Config config)
    {
        var problems = new ProblemList();

        if (SpecVersion.Validate(config.OciVersion) is { } version)
            problems.Add("ociVersion", version);

        // The specification lets create do without, but then start must fail, and there is nothing that could add it.
        if (config.Process is null)
            problems.Add("process", "is missing");
        else
            ProcessValidator.Validate(problems, config.Process, config.Linux);

        if (config.Root is null)
            problems.Add("root", "is missing");
        else if (config.Root.Path.Length == 0)
            problems.Add("root.path", "is empty");

        ValidateUtsName(problems, "hostname", config.Hostname, config.Linux);
        ValidateUtsName(problems, "domainname", config.Domainname, config.Linux);
        MountsValidator.Validate(problems, config);
        if (config.Hooks is not null)
            HooksValidator.Validate(problems, config.Hooks);
        if (config.Annotations?.ContainsKey("") == true)
            problems.Add("annotations", "has an empty key");
        if (config.Linux is not null)
            LinuxValidator.Validate(problems, config.Linux);
        return problems.Problems;
    }

    /// <summary>Problems of a process by itself, as <c>exec --process</c> takes it; paths begin with <c>process</c>.</summary>
    public static IReadOnlyList<Problem> Validate(Process process)
    {
        var problems = new ProblemList();
        ProcessValidator.Validate(problems, process, null);
        return problems.Problems;
    }

    /// <summary>Problems of resources by themselves, as <c>update --resources</c> takes them; paths begin with <c>linux.resources</c>.</summary>
    public static IReadOnlyList<Problem> Validate(LinuxResources resources)
    {
        var problems = new ProblemList();
        ResourcesValidator.Validate(problems, resources);
        return problems.Problems;
    }

    private static void ValidateUtsName(ProblemList problems, string property, string? value, Linux? linux)
    {
        if (string.IsNullOrEmpty(value))
            return;
        if (linux?.FindNamespace("uts") is null)
            problems.Add(property, "is the host's without {\"type\":\"uts\"} in linux.namespaces");
        if (Encoding.UTF8.GetByteCount(value) > MaxHostname)
            problems.Add(property, $"is longer than {MaxHostname} bytes");
    }
}
