using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;

namespace OciRuntime.Cli.Output;

/// <summary>The names of the host's users, from <c>/etc/passwd</c>: a static executable has no name service.</summary>
internal sealed class UserNames
{
    private readonly Dictionary<uint, string> _names = [];

    /// <summary>Reads the file; without it every user is a number.</summary>
    public UserNames(string path = "/etc/passwd")
    {
        if (!File.Exists(path))
            return;
        foreach (string line in File.ReadLines(path))
        {
            // name:password:uid:gid:comment:home:shell
            string[] fields = line.Split(':', 4);
            if (fields.Length == 4 && uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out uint uid))
                _names.TryAdd(uid, fields[0]);
        }
    }

    /// <summary>The user's name; <c>#1000</c> for one without.</summary>
    public string Of(uint uid) =>
        _names.TryGetValue(uid, out string? name) ? name : "#" + uid.ToString(CultureInfo.InvariantCulture);
}
