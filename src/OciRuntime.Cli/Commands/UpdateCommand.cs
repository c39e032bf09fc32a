using System.Collections.Generic;
using OciRuntime.Cli.CommandLine;
using OciRuntime.Container.Lifecycle;
using OciRuntime.Spec;

namespace OciRuntime.Cli.Commands;

/// <summary>Changes a container's limits.</summary>
internal sealed class UpdateCommand : Command
{
    private readonly StringFlag _resources;
    private readonly UpdateFlags _limits;
    private readonly StringFlag _l3CacheSchema;
    private readonly StringFlag _memBwSchema;

    public UpdateCommand() : this(
        new StringFlag("resources", "r", "file with the limits as JSON, in place of the other flags; '-' is standard input"),
        new UpdateFlags(),
        new StringFlag("l3-cache-schema", null, "Intel RDT: the L3 line of the schemata, such as L3:0=ff"),
        new StringFlag("mem-bw-schema", null, "Intel RDT: the MB line of the schemata, such as MB:0=50"))
    {
    }

    private UpdateCommand(StringFlag resources, UpdateFlags limits, StringFlag l3CacheSchema, StringFlag memBwSchema)
        : base("update", "change the limits of a container", [resources, .. limits.All, l3CacheSchema, memBwSchema])
    {
        _resources = resources;
        _limits = limits;
        _l3CacheSchema = l3CacheSchema;
        _memBwSchema = memBwSchema;
    }

    public override string Description => """
        Changes the limits that are given and leaves the others alone. When the kernel refuses one of them, none is
        changed. The JSON of --resources is an object as linux.resources in a config, such as
        {"memory":{"limit":536870912},"cpu":{"quota":50000,"period":100000},"pids":{"limit":100}}.
        """;

    public override int Execute(Invocation invocation)
    {
        List<(string, string)> schemata = [];
        foreach (StringFlag schema in (StringFlag[])[_l3CacheSchema, _memBwSchema])
        {
            if (schema.NonEmptyValue is { } line)
                schemata.Add(("--" + schema.Name, line));
        }

        LinuxResources resources = _resources.NonEmptyValue is { } file ? Engine.ReadResources(file) : _limits.ToResources();
        Engine.Update(invocation.Runtime, invocation.Id, resources, schemata);
        return 0;
    }
}
