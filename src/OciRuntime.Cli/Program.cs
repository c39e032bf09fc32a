using System;
using System.Collections.Generic;
using OciRuntime.Cli.CommandLine;
using OciRuntime.Cli.Commands;
using OciRuntime.Cli.Output;
using OciRuntime.Cli.Start;
using OciRuntime.Container.Errors;
using OciRuntime.Container.Lifecycle;
using OciRuntime.Linux;
using OciRuntime.Spec;

namespace OciRuntime.Cli;

/// <summary>The program: global flags, then a command.</summary>
internal static class Program
{
    private const int Failure = 1;

    private static int Main(string[] args)
    {
        EntryPoint.Started();
        var globals = new GlobalFlags();
        Log log = Log.StandardError();
        try
        {
            Surroundings.Repair();
            List<string> arguments;
            try
            {
                arguments = FlagParser.Parse(globals.All, args, 0, interspersed: false);
            }
            catch (UsageException e)
            {
                StandardStreams.Write($"Incorrect Usage. {e.Message}\n\n{HelpText.OfProgram()}");
                log.Error(e.Message);
                return Failure;
            }

            if (globals.Help.Value)
            {
                StandardStreams.Write(HelpText.OfProgram());
                return 0;
            }
            if (globals.Version.Value)
            {
                StandardStreams.Write(HelpText.VersionLines());
                return 0;
            }
            log = globals.OpenLog();
            if (arguments.Count == 0)
            {
                StandardStreams.Write(HelpText.OfProgram());
                return 0;
            }
            if (CommandTable.Find(arguments[0]) is not { } command)
            {
                log.Error(HelpCommand.Unknown(arguments[0]));
                return HelpCommand.NoSuchCommand;
            }
            return Run(command, arguments, globals, log);
        }
        catch (Exception e)
        {
            return Fail(e, string.Empty, log);
        }
        finally
        {
            log.Dispose();
        }
    }

    private static int Run(Command command, List<string> arguments, GlobalFlags globals, Log log)
    {
        List<string> positional;
        try
        {
            positional = command.Parse(arguments);
        }
        catch (UsageException e)
        {
            StandardStreams.Write($"Incorrect Usage: {e.Message}\n\n{HelpText.Of(command)}");
            log.Error(e.Message);
            return Failure;
        }

        if (command.Help.Value)
        {
            StandardStreams.Write(HelpText.Of(command));
            return 0;
        }
        if (WrongCount(command, positional.Count) is { } wrong)
        {
            StandardStreams.Write($"Incorrect Usage.\n\n{HelpText.Of(command)}");
            log.Error(wrong);
            return Failure;
        }

        try
        {
            if (log.DebugEnabled)
                log.Debug($"ocirun {BuildInfo.Version} ({BuildInfo.Commit}): {command.Name}");
            int status = command.Execute(new Invocation(globals, log, positional));
            if (log.DebugEnabled)
                log.Debug($"exit status {status}");
            return status;
        }
        catch (Exception e)
        {
            _ = Fail(e, command.FailurePrefix, log);
            return command.FailureExitCode;
        }
    }

    private static string? WrongCount(Command command, int count)
    {
        if (count >= command.MinimumArguments && count <= command.MaximumArguments)
            return null;
        string quantity = command.MinimumArguments == command.MaximumArguments ? $"exactly {command.MinimumArguments}"
            : count < command.MinimumArguments ? $"a minimum of {command.MinimumArguments}"
            : $"a maximum of {command.MaximumArguments}";
        return $"{Environment.GetCommandLineArgs()[0]}: \"{command.Name}\" requires {quantity} argument(s)";
    }

    /// <summary>What helps against an error wherever it comes from.</summary>
    private static string Remedy(int? errno) => errno switch
    {
        Errno.EMFILE => "; raise the limit of open files (ulimit -n)",
        Errno.ENFILE => "; raise the host's limit of open files (sysctl fs.file-max)",
        _ => "",
    };

    private static int Fail(Exception exception, string prefix, Log log)
    {
        if (exception is ContainerException or LinuxException or SpecException)
        {
            log.Error(prefix + exception.Message + Remedy((exception as ContainerException)?.Errno ?? (exception as LinuxException)?.Errno));
            return Failure;
        }
        log.Debug(exception.ToString());
        log.Error(exception is OutOfMemoryException
            ? $"{prefix}out of memory: the config asks for more than fits into the {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20} MiB that ocirun uses at most"
            : $"{prefix}internal error: {exception.GetType()}: {exception.Message}; run it with --debug for the place, and please report it");
        return Failure;
    }
}
