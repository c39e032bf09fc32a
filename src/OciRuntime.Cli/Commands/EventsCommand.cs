using OciRuntime.Cli.CommandLine;
using OciRuntime.Cli.Output;
using OciRuntime.Container.Lifecycle;

namespace OciRuntime.Cli.Commands;

/// <summary>Tells what a container uses, and when a process of it was killed for want of memory.</summary>
internal sealed class EventsCommand : Command
{
    private readonly DurationFlag _interval;
    private readonly BoolFlag _stats;

    public EventsCommand() : this(
        new DurationFlag("interval", null, "time between two looks at the statistics", "5s"),
        new BoolFlag("stats", null, "print the statistics once and end"))
    {
    }

    private EventsCommand(DurationFlag interval, BoolFlag stats)
        : base("events", "tell of a container's memory running out, and its CPU, memory and I/O statistics", interval, stats)
    {
        _interval = interval;
        _stats = stats;
    }

    public override string Description => """
        Prints one JSON object a line: the container's statistics, every five seconds unless --interval says otherwise,
        and "oom" when the kernel has killed one of its processes because memory ran out. Ends when the container ends.
        """;

    public override int Execute(Invocation invocation)
    {
        string id = invocation.Id;
        if (_stats.Value)
            StandardStreams.Write(EventJson.Statistics(id, Engine.Statistics(invocation.Runtime, id, _interval.Value)));
        else
            Engine.Events(
                invocation.Runtime, id, _interval.Value,
                statistics => StandardStreams.Write(EventJson.Statistics(id, statistics)),
                () => StandardStreams.Write(EventJson.OutOfMemory(id)));
        return 0;
    }
}
