using System;
using System.Collections.Generic;
using OciRuntime.Container.Errors;
using OciRuntime.Container.Seccomp.Tables;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Seccomp;

/// <summary>A profile that was checked and turned into numbers; names are <see cref="SyscallNames"/> indices.</summary>
internal sealed class SeccompProfile
{
    private const string Path = "linux.seccomp";

    // linux/err.h
    private const uint MaxErrno = 4095;

    private const int MaxWarnings = 50;

    private readonly List<string> _warnings = [];
    private readonly int[] _architectures = new int[ScmpArch.Count];
    private int _architectureCount;
    private int _conditionCount;

    /// <summary>Checks and translates.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="native">The architecture that is always in.</param>
    /// <exception cref="ContainerException">The profile breaks a rule of the specification, of runc or of the kernel.</exception>
    public SeccompProfile(LinuxSeccomp profile, int native)
    {
        DefaultAction = ReadAction(profile.DefaultAction, profile.DefaultErrnoRet, $"{Path}.defaultAction", $"{Path}.defaultErrnoRet");
        // The runtime tells the parent the listener's number with write(2), and that would wait for the listener.
        if (DefaultAction == SECCOMP_RET_USER_NOTIF)
            throw Invalid($"{Path}.defaultAction", "SCMP_ACT_NOTIFY cannot be used as default action");
        ReadArchitectures(profile.Architectures, native);
        ReadSyscalls(profile.Syscalls ?? []);
        ReadFlags(profile.Flags);
        if (profile.ListenerPath is null or "")
        {
            if (Notifies)
                throw Invalid($"{Path}.listenerPath", "seccomp listenerPath is not set, and a rule says SCMP_ACT_NOTIFY");
            if (profile.ListenerMetadata is not (null or ""))
                throw Invalid($"{Path}.listenerMetadata", "must not be set without listenerPath");
        }
    }

    /// <summary>The kernel's value for calls that no rule matches.</summary>
    public uint DefaultAction { get; }

    /// <summary>SECCOMP_FILTER_FLAG_*.</summary>
    public uint Flags { get; private set; }

    /// <summary>A rule says SCMP_ACT_NOTIFY.</summary>
    public bool Notifies { get; private set; }

    /// <summary>sendmsg(2) is let through whatever its arguments.</summary>
    public bool AllowsSendmsg => ActionOf("sendmsg") is SECCOMP_RET_ALLOW or SECCOMP_RET_LOG;

    /// <summary>Why no process can be started with the filter: what the runtime does once it is loaded is never let through. Null: nothing is known.</summary>
    public string? Obstacle =>
        Denies("execve") ? $"{Path}: execve is never allowed: no program could be started"
        : Notifies && !AllowsSendmsg && Denies("write") ? $"{Path}: SCMP_ACT_NOTIFY needs sendmsg or write: the listener could not be sent"
        : Notifies && Denies("read") ? $"{Path}: SCMP_ACT_NOTIFY needs read: that the listener was sent could not be waited for"
        : null;

    public SeccompRule[] Rules { get; private set; } = [];

    /// <summary>The names of all entries, in order: a <see cref="SyscallNames"/> index and a <see cref="Rules"/> index.</summary>
    public (int Name, int Rule)[] Names { get; private set; } = [];

    public SeccompCondition[] Conditions { get; private set; } = [];

    /// <summary><see cref="ScmpArch"/> indices, the native one first.</summary>
    public ReadOnlySpan<int> Architectures => _architectures.AsSpan(0, _architectureCount);

    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>Adds a sentence to <see cref="Warnings"/>, unless there are more already than anybody reads.</summary>
    public void Warn(string warning)
    {
        if (_warnings.Count <= MaxWarnings)
            _warnings.Add(_warnings.Count < MaxWarnings ? warning : $"{Path}: there are more warnings");
    }

    /// <summary>Adds a condition that the profile does not have; returns its index.</summary>
    public int Add(SeccompCondition condition)
    {
        if (_conditionCount == Conditions.Length)
        {
            var longer = new SeccompCondition[Math.Max(16, 2 * Conditions.Length)];
            Conditions.AsSpan(0, _conditionCount).CopyTo(longer);
            Conditions = longer;
        }

        Conditions[_conditionCount] = condition;
        return _conditionCount++;
    }

    /// <summary>An error about one entry of <c>syscalls</c>.</summary>
    public static ContainerException InvalidEntry(int entry, string what) => Invalid($"{Path}.syscalls[{entry}]", what);

    private bool Denies(string call) =>
        ActionOf(call) is uint action && action != SECCOMP_RET_USER_NOTIF && !ScmpAction.IsPermissive(action);

    /// <summary>What a call of the native architecture gets whatever its arguments; null when that depends on them.</summary>
    private uint? ActionOf(string call)
    {
        int index = SyscallNames.IndexOf(call);
        uint? action = DefaultAction;
        foreach ((int name, int rule) in Names)
        {
            if (name != index || Rules[rule].Action == DefaultAction)
                continue;
            if (Rules[rule].ConditionCount == 0)
                return Rules[rule].Action;
            action = null;
        }

        return action;
    }

    private void ReadArchitectures(IReadOnlyList<string>? names, int native)
    {
        _architectures[_architectureCount++] = native;
        bool bigEndian = ScmpArch.Get(native).IsBigEndian;
        for (int i = 0; i < names?.Count; i++)
        {
            int index = ScmpArch.IndexOf(names[i]);
            if (index < 0)
                throw Invalid($"{Path}.architectures[{i}]", $"string {names[i]} is not a valid arch for seccomp");
            // A filter is a program for one kernel; libseccomp refuses the mixture too (EDOM).
            if (ScmpArch.Get(index).IsBigEndian != bigEndian)
                throw Invalid($"{Path}.architectures[{i}]", $"{names[i]} has another byte order than {ScmpArch.Get(native).Name}, which this runs on");
            if (!Architectures.Contains(index))
                _architectures[_architectureCount++] = index;
        }
    }

    private void ReadFlags(IReadOnlyList<string>? names)
    {
        if (Notifies)
            Flags |= SECCOMP_FILTER_FLAG_NEW_LISTENER;
        // runc's default. An empty list is no default: it says "none".
        if (names is null)
            Flags |= SECCOMP_FILTER_FLAG_SPEC_ALLOW;
        for (int i = 0; i < names?.Count; i++)
        {
            if (!SeccompFlag.TryParse(names[i], out uint flag))
                throw Invalid($"{Path}.flags[{i}]", $"seccomp flag {names[i]} is not known");
            if (flag == SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV && !Notifies)
                throw Invalid($"{Path}.flags[{i}]", $"{names[i]} needs a rule with SCMP_ACT_NOTIFY: the kernel refuses it otherwise");
            // All threads get the filter as it is: the container's process has one thread until it calls execve.
            if (flag != SECCOMP_FILTER_FLAG_TSYNC)
                Flags |= flag;
        }
    }

    private void ReadSyscalls(IReadOnlyList<LinuxSyscall> entries)
    {
        int nameCount = 0;
        int conditionCount = 0;
        for (int i = 0; i < entries.Count; i++)
        {
            nameCount += entries[i].Names.Count;
            conditionCount += entries[i].Args?.Count ?? 0;
        }

        Rules = new SeccompRule[entries.Count];
        Conditions = new SeccompCondition[conditionCount];
        var names = new (int Name, int Rule)[nameCount];
        int known = 0;
        for (int i = 0; i < entries.Count; i++)
        {
            LinuxSyscall entry = entries[i];
            Rules[i] = ReadRule(entry, i);
            if (entry.Names.Count == 0)
                throw Invalid($"{Path}.syscalls[{i}].names", "must have at least one entry");
            for (int j = 0; j < entry.Names.Count; j++)
            {
                string name = entry.Names[j];
                if (name.Length == 0)
                    throw Invalid($"{Path}.syscalls[{i}].names[{j}]", "empty string is not a valid syscall");
                // The runtime tells the parent the listener's number with write(2).
                if (Rules[i].Action == SECCOMP_RET_USER_NOTIF && name == "write")
                    throw Invalid($"{Path}.syscalls[{i}].names[{j}]", "SCMP_ACT_NOTIFY cannot be used for the write syscall");
                int index = SyscallNames.IndexOf(name);
                if (index >= 0)
                    names[known++] = (index, i);
                else
                    Warn($"unknown seccomp syscall \"{name}\" ignored ({Path}.syscalls[{i}].names[{j}])");
            }

            Notifies |= Rules[i].Action == SECCOMP_RET_USER_NOTIF;
        }

        Names = known == names.Length ? names : names[..known];
    }

    private SeccompRule ReadRule(LinuxSyscall entry, int i)
    {
        uint action = ReadAction(entry.Action, entry.ErrnoRet, $"{Path}.syscalls[{i}].action", $"{Path}.syscalls[{i}].errnoRet");
        int first = _conditionCount;
        int seen = 0;
        bool anyOf = false;
        for (int j = 0; j < entry.Args?.Count; j++)
        {
            SeccompCondition condition = ReadCondition(entry.Args[j], i, j);
            anyOf |= (seen & 1 << condition.Index) != 0;
            seen |= 1 << condition.Index;
            Add(condition);
        }

        int count = _conditionCount - first;
        if (!anyOf)
            Conditions.AsSpan(first, count).Sort(static (a, b) => a.Index.CompareTo(b.Index));
        return new(i, action, first, count, anyOf);
    }

    private SeccompCondition ReadCondition(LinuxSeccompArg arg, int i, int j)
    {
        if (arg.Index > 5)
            throw Invalid($"{Path}.syscalls[{i}].args[{j}].index", $"{arg.Index} is not the index of an argument: 0 to 5");
        if (!ScmpCompareNames.TryParse(arg.Op, out ScmpCompare op))
            throw Invalid($"{Path}.syscalls[{i}].args[{j}].op", $"string {arg.Op} is not a valid operator for seccomp");
        if (op == ScmpCompare.MASKED_EQ)
            return new((byte)arg.Index, op, (arg.ValueTwo ?? 0) & arg.Value, arg.Value);
        if (arg.ValueTwo is not (null or 0))
            Warn($"{Path}.syscalls[{i}].args[{j}].valueTwo means nothing with {arg.Op}");
        return new((byte)arg.Index, op, arg.Value, ulong.MaxValue);
    }

    private static uint ReadAction(string name, uint? data, string path, string dataPath)
    {
        if (!ScmpAction.TryParse(name, out uint action))
            throw Invalid(path, $"string {name} is not a valid action for seccomp");
        if (!ScmpAction.HasData(action))
            return data is null ? action : throw Invalid(dataPath, $"{name} has no error number");
        // The kernel cuts what is larger, and a number that is cut could turn into success.
        uint largest = action == SECCOMP_RET_ERRNO ? MaxErrno : SECCOMP_RET_DATA;
        if (data > largest)
            throw Invalid(dataPath, $"{data} is out of range: 0 to {largest}");
        return action | (data ?? (uint)Errno.EPERM);
    }

    private static ContainerException Invalid(string path, string what) => new($"{path}: {what}");
}
