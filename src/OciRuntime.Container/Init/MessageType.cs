namespace OciRuntime.Container.Init;

/// <summary>What runtime and init say to each other, in the order in which it can come up. Numbered for traces.</summary>
public enum MessageType : byte
{
    /// <summary>The peer has gone: an empty read.</summary>
    Gone = 0,

    /// <summary>Init → runtime, two stages only: the user namespace exists, its maps can be written. Number: the pid that is in it.</summary>
    UserNamespaceMade = 1,

    /// <summary>Runtime → init: the ids of the user namespace are mapped.</summary>
    UserNamespaceMapped = 2,

    /// <summary>
    /// Init → runtime, two stages only: the sender, a second process, is the init. It says so itself, before anything
    /// else: news from the first process could come after what the second has to say.
    /// </summary>
    InitCloned = 3,

    /// <summary>Init → runtime: namespaces and mounts are made, the root not yet changed: time for prestart and createRuntime hooks.</summary>
    RootfsPrepared = 4,

    /// <summary>Runtime → init: the hooks have run.</summary>
    RuntimeHooksDone = 5,

    /// <summary>Init → runtime: the terminal's master, as a descriptor.</summary>
    Terminal = 6,

    /// <summary>Init → runtime: ready to execute the user's program.</summary>
    Ready = 7,

    /// <summary>Runtime → init: the container is recorded as created; outlive the runtime and wait for a start.</summary>
    Created = 8,

    /// <summary>Runtime → init: execute the program.</summary>
    Start = 9,

    /// <summary>Init → runtime: the seccomp notify descriptor, or, where it cannot be sent, its number in the init.</summary>
    SeccompListener = 10,

    /// <summary>Runtime → init: the descriptor has been passed on.</summary>
    SeccompListenerTaken = 11,

    /// <summary>Init → runtime: text for the user's log.</summary>
    Warning = 12,

    /// <summary>Init → runtime: it failed and ends. Number: the errno; text: the complete message.</summary>
    Failed = 13,

    /// <summary>Init → runtime: a startContainer hook failed; the container is to be destroyed. Text: the complete message.</summary>
    HookFailed = 14,

    /// <summary>Init → runtime: a hard limit is to be raised, which a user namespace does not allow from inside.</summary>
    LimitsWanted = 15,

    /// <summary>Runtime → init: the limits are raised.</summary>
    LimitsRaised = 16,

    /// <summary>Init → runtime: the scheduler and the I/O priority are to be set, which privilege over the host may be needed for.</summary>
    SchedulingWanted = 17,

    /// <summary>Runtime → init: they are set.</summary>
    SchedulingSet = 18,

    /// <summary>Init → runtime: the network namespace is there, devices can be moved into it.</summary>
    NetDevicesWanted = 19,

    /// <summary>Runtime → init: the devices are moved.</summary>
    NetDevicesMoved = 20,

    /// <summary>Init → runtime: execve(2) failed and the init ends. Number: the errno; text: the program's path.</summary>
    ExecFailed = 21,

    /// <summary>Runtime → init, its first message: the cgroups are there, with their limits.</summary>
    CgroupsMade = 22,
}
