using System;
using System.Collections.Generic;

namespace OciRuntime.Cli.Commands;

/// <summary>All commands, by name.</summary>
internal static class CommandTable
{
    private static string[] Names =>
    [
        "checkpoint", "create", "delete", "events", "exec", "kill", "list", "pause", "ps", "restore", "resume", "run", "spec", "start",
        "state", "update", "features", "version", "help",
    ];

    /// <summary>A new instance of the command; null when there is none of that name.</summary>
    public static Command? Find(string name) => name switch
    {
        "checkpoint" => new CheckpointCommand(),
        "create" => new CreateCommand(),
        "delete" => new DeleteCommand(),
        "events" => new EventsCommand(),
        "exec" => new ExecCommand(),
        "kill" => new KillCommand(),
        "list" => new ListCommand(),
        "pause" => new PauseCommand(),
        "ps" => new PsCommand(),
        "resume" => new ResumeCommand(),
        "restore" => new RestoreCommand(),
        "run" => new RunCommand(),
        "spec" => new SpecCommand(),
        "start" => new StartCommand(),
        "state" => new StateCommand(),
        "update" => new UpdateCommand(),
        "features" => new FeaturesCommand(),
        "version" => new VersionCommand(),
        "help" or "h" => new HelpCommand(),
        _ => null,
    };

    /// <summary>Every command in the order of the help text.</summary>
    public static List<Command> All()
    {
        var commands = new List<Command>(Names.Length);
        foreach (string name in Names)
        {
            if (Find(name) is { } command)
                commands.Add(command);
        }
        return commands;
    }
}
