using System;
using System.Collections.Generic;
using OciRuntime.Container.SafePath;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Rootfs;

/// <summary>What the options of one mount add up to. Of options that contradict each other the last one counts.</summary>
internal sealed class ParsedMountOptions
{
    private static readonly (string Name, ulong Flag)[] s_superBlockFlags =
    [
        ("sync", MS_SYNCHRONOUS), ("dirsync", MS_DIRSYNC), ("mand", MS_MANDLOCK), ("lazytime", MS_LAZYTIME),
    ];

    private readonly List<FileSystemParameter> _parameters = [];
    private readonly List<MountOption> _propagation = [];
    private ulong? _accessTime;

    /// <summary><c>bind</c> or <c>rbind</c>.</summary>
    public bool Bind { get; private set; }

    /// <summary><c>rbind</c>.</summary>
    public bool Recursive { get; private set; }

    /// <summary><c>remount</c>.</summary>
    public bool Remount { get; private set; }

    /// <summary><c>tmpcopyup</c>.</summary>
    public bool CopyUp { get; private set; }

    /// <summary><c>idmap</c> or <c>ridmap</c>.</summary>
    public bool IdMap { get; private set; }

    /// <summary><c>ridmap</c>.</summary>
    public bool RecursiveIdMap { get; private set; }

    /// <summary><c>MOUNT_ATTR_</c> flags to set on the mount.</summary>
    public ulong Set { get; private set; }

    /// <summary><c>MOUNT_ATTR_</c> flags that were asked to be off.</summary>
    public ulong Clear { get; private set; }

    /// <summary><c>MOUNT_ATTR_</c> flags to set on the mount and those below.</summary>
    public ulong RecursiveSet { get; private set; }

    /// <summary><c>MOUNT_ATTR_</c> flags to clear on the mount and those below.</summary>
    public ulong RecursiveClear { get; private set; }

    /// <summary><c>MS_</c> flags of the superblock.</summary>
    public ulong SuperBlock { get; private set; }

    /// <summary>In the order to apply them: <c>slave,shared</c> is both.</summary>
    public IReadOnlyList<MountOption> Propagation => _propagation;

    /// <summary>The file system's own options.</summary>
    public IReadOnlyList<FileSystemParameter> Parameters => _parameters;

    /// <summary>Whether any flag of the mount itself is set or cleared.</summary>
    public bool HasAttributes => (Set | Clear) != 0 || _accessTime is not null;

    public bool IsReadonly => (Set & MOUNT_ATTR_RDONLY) != 0;

    public static ParsedMountOptions Parse(IReadOnlyList<string>? options)
    {
        ParsedMountOptions parsed = new();
        for (int i = 0; i < (options?.Count ?? 0); i++)
        {
            if (MountOptions.Find(options![i]) is { } option)
                parsed.Add(option);
            else
                parsed.AddParameters(options[i]);
        }
        // The access time modes are a field of their own: setting one means clearing the whole field first.
        if (parsed._accessTime is { } mode)
        {
            parsed.Set |= mode;
            parsed.Clear |= MOUNT_ATTR__ATIME;
        }
        return parsed;
    }

    /// <summary>Whether the file system's own option <paramref name="key"/> is given.</summary>
    public bool HasParameter(string key)
    {
        foreach (FileSystemParameter parameter in _parameters)
        {
            if (parameter.Key.ToString() == key)
                return true;
        }
        return false;
    }

    /// <summary>
    /// Whether <c>fsconfig(2)</c> cannot say it: <c>iversion</c> has no generic name there, and a value (overlay's
    /// lowerdir) may be longer than it takes.
    /// </summary>
    public bool NeedsMountCall
    {
        get
        {
            foreach (FileSystemParameter parameter in _parameters)
            {
                if (parameter.Value.Bytes.Length > FileSystemParameter.MaximumLength)
                    return true;
            }
            return (SuperBlock & MS_I_VERSION) != 0;
        }
    }

    /// <summary>Appends the superblock's flags under the names that <c>fsconfig(2)</c> knows.</summary>
    public void AppendSuperBlockFlags(List<FileSystemParameter> parameters)
    {
        foreach ((string name, ulong flag) in s_superBlockFlags)
        {
            if ((SuperBlock & flag) != 0)
                parameters.Add(new FileSystemParameter(name));
        }
    }

    private void Add(in MountOption option)
    {
        switch (option.Kind)
        {
            case MountOptionKind.MountFlag when option.Recursive:
                RecursiveSet = With(RecursiveSet, option.Flag, !option.Clear);
                RecursiveClear = With(RecursiveClear, option.Flag, option.Clear);
                break;
            case MountOptionKind.MountFlag:
                Set = With(Set, option.Flag, !option.Clear);
                Clear = With(Clear, option.Flag, option.Clear);
                break;
            case MountOptionKind.AccessTime when option.Recursive:
                RecursiveSet = (RecursiveSet & ~MOUNT_ATTR__ATIME) | (option.Clear ? MOUNT_ATTR_RELATIME : option.Flag);
                RecursiveClear |= MOUNT_ATTR__ATIME;
                break;
            case MountOptionKind.AccessTime when !option.Clear:
                _accessTime = option.Flag;
                break;
            case MountOptionKind.AccessTime when option.Flag == MOUNT_ATTR_RELATIME:
                _accessTime = _accessTime == MOUNT_ATTR_RELATIME ? null : _accessTime;
                break;
            case MountOptionKind.AccessTime:
                _accessTime = _accessTime is null || _accessTime == option.Flag ? MOUNT_ATTR_RELATIME : _accessTime;
                break;
            case MountOptionKind.SuperBlock:
                SuperBlock = With(SuperBlock, option.Flag, !option.Clear);
                break;
            case MountOptionKind.Propagation:
                _propagation.Add(option);
                break;
            case MountOptionKind.Operation:
                Remount |= option.Flag == MS_REMOUNT;
                Bind |= option.Flag == MS_BIND;
                Recursive |= option.Recursive;
                break;
            case MountOptionKind.CopyUp:
                CopyUp = true;
                break;
            case MountOptionKind.IdMap:
                IdMap = true;
                RecursiveIdMap |= option.Recursive;
                break;
            case MountOptionKind.None:
                break;
        }
    }

    /// <summary>An option string may itself be a list, as <c>mount -o</c> has it.</summary>
    private void AddParameters(string text)
    {
        foreach (Range range in text.AsSpan().Split(','))
        {
            string option = text[range];
            int equals = option.IndexOf('=', StringComparison.Ordinal);
            if (option.Length == 0)
                continue;
            _parameters.Add(equals < 0
                ? new FileSystemParameter(option)
                : new FileSystemParameter(option[..equals], option[(equals + 1)..]));
        }
    }

    private static ulong With(ulong flags, ulong flag, bool on) => on ? flags | flag : flags & ~flag;
}
