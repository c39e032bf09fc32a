using System.Collections.Generic;
using OciRuntime.Container.Errors;

namespace OciRuntime.Cli.Commands;

/// <summary>A command of runc that this version does not have: any use of it but <c>--help</c> fails and says so.</summary>
internal abstract class UnsupportedCommand(string name) : Command(name, "not supported by this version")
{
    public override string Description => $"This version of ocirun has no {Name}.";

    public override int MinimumArguments => 0;

    public override int MaximumArguments => int.MaxValue;

    /// <summary>Looks for <c>--help</c> alone, so that the error is about the command and not about its flags.</summary>
    public override List<string> Parse(List<string> arguments)
    {
        for (int i = 1; i < arguments.Count; i++)
        {
            if (arguments[i] is "--help" or "-help" or "-h" or "--h")
                Help.Set(null, Help.Name);
        }
        return arguments;
    }

    public override int Execute(Invocation invocation) =>
        throw new ContainerException($"{Name} is not supported by this version of ocirun");
}
