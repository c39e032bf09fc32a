using System;

namespace OciRuntime.Cli.CommandLine;

/// <summary>The command line itself is wrong: the message is printed with the help text of what was called.</summary>
internal sealed class UsageException(string message) : Exception(message);
