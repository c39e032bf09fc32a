using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using OciRuntime.Container.Errors;
using OciRuntime.Container.IO;
using OciRuntime.Container.Process;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Namespaces;

/// <summary>
/// The ranges of ids that a user without privileges may use: subuid(5), subgid(5). newuidmap(1) and newgidmap(1) map
/// them, since they have the privilege.
/// </summary>
public static class SubordinateIds
{
    /// <summary>Has a map written.</summary>
    /// <param name="program"><c>newuidmap</c> or <c>newgidmap</c>, found in the runtime's <c>PATH</c>.</param>
    /// <param name="pid">A process of the caller's that is in the namespace, and dumpable.</param>
    /// <param name="map">Lines as the kernel takes them.</param>
    /// <param name="property">The JSON path of the mappings, for errors.</param>
    /// <exception cref="ContainerException">The program is missing, or refuses.</exception>
    public static void Map(string program, int pid, ReadOnlySpan<byte> map, string property)
    {
        string doing = $"write user namespace mapping ({property})";
        string[] arguments = [pid.ToString(CultureInfo.InvariantCulture), .. Encoding.ASCII.GetString(map).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)];
        waitid_info end;
        string output;
        try
        {
            end = HostProgram.Run(program, arguments, out output);
        }
        catch (ContainerException e) when (e.Errno == Errno.ENOENT)
        {
            throw new ContainerException(
                $"{doing}: {e.Message}",
                "a map of more than the own id needs it: install the package uidmap (Debian, Ubuntu) or shadow-utils")
            { Errno = Errno.ENOENT };
        }

        int status = ExitStatus.From(end);
        if (status != 0)
            throw new ContainerException($"{doing}: {(output.Length > 0 ? output.TrimEnd() : $"{program}: exit status {status}")}", Remedy(program, output)) { Errno = Errno.EPERM };
    }

    private static string Remedy(string program, string output)
    {
        bool users = program == "newuidmap";
        if (!output.Contains("not allowed", StringComparison.Ordinal))
            return $"{program} has to be setuid root, or have the file capability cap_set{(users ? 'u' : 'g')}id, and the caller must not have no_new_privs";
        return Advice(users, "/etc/passwd", users ? "/etc/subuid" : "/etc/subgid", geteuid());
    }

    /// <summary>What a user whose mapping was refused should know.</summary>
    /// <param name="users">Whether it is about uids, not gids.</param>
    /// <param name="passwd">passwd(5).</param>
    /// <param name="ranges">subuid(5) or subgid(5).</param>
    /// <param name="uid">The user.</param>
    public static string Advice(bool users, string passwd, string ranges, uint uid)
    {
        string id = uid.ToString(CultureInfo.InvariantCulture);
        string name = id;
        foreach (string[] fields in Lines(passwd))
        {
            if (fields.Length > 2 && fields[2] == id)
            {
                name = fields[0];
                break;
            }
        }

        List<string> own = [];
        foreach (string[] fields in Lines(ranges))
        {
            if (fields.Length == 3 && (fields[0] == name || fields[0] == id))
                own.Add($"{fields[2]} from {fields[1]}");
        }

        string property = users ? "uidMappings" : "gidMappings";
        return own.Count > 0
            ? $"{ranges} gives {name} {string.Join(" and ", own)}: linux.{property} may have these and the own id"
            : $"{ranges} has no range for {name}: usermod --add-sub{(users ? 'u' : 'g')}ids 100000-165535 {name}";
    }

    private static List<string[]> Lines(string path)
    {
        List<string[]> lines = [];
        try
        {
            foreach (string line in FileContent.ReadText(AT_FDCWD, path).Split('\n'))
                lines.Add(line.Split(':'));
        }
        catch (LinuxException)
        {
            // No such file: nothing in it.
        }

        return lines;
    }
}
