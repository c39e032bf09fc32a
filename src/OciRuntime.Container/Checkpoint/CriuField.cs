namespace OciRuntime.Container.Checkpoint;

/// <summary>The numbers of the fields of CRIU's messages that ocirun writes or reads: its rpc.proto, where they never change.</summary>
internal static class CriuField
{
    /// <summary>Of <c>criu_req</c>.</summary>
    public static class Request
    {
        public const int Type = 1, Options = 2, NotifySuccess = 3, Features = 5;
    }

    /// <summary>Of <c>criu_resp</c>.</summary>
    public static class Response
    {
        public const int Type = 1, Success = 2, Notify = 5, Errno = 7, Features = 8, ErrorMessage = 9, Version = 10;
    }

    /// <summary>Of <c>criu_notify</c>.</summary>
    public static class Notify
    {
        public const int Script = 1, Pid = 2;
    }

    /// <summary>Of <c>criu_features</c>.</summary>
    public static class Features
    {
        public const int MemTrack = 1, LazyPages = 2;
    }

    /// <summary>Of <c>criu_version</c>.</summary>
    public static class Version
    {
        public const int Major = 1, Minor = 2, Sublevel = 4;
    }

    /// <summary>Of <c>criu_page_server_info</c>.</summary>
    public static class PageServer
    {
        public const int Address = 1, Port = 2;
    }

    /// <summary>Of <c>ext_mount_map</c>, <c>inherit_fd</c>, <c>join_namespace</c> and <c>cgroup_root</c>: what it is about, and what to take for it.</summary>
    public static class Pair
    {
        public const int Key = 1, Value = 2;
    }

    /// <summary>Of <c>criu_opts</c>.</summary>
    public static class Options
    {
        public const int ImagesDirectory = 1;
        public const int Pid = 2;
        public const int LeaveRunning = 3;
        public const int ExtUnixSk = 4;
        public const int TcpEstablished = 5;
        public const int EvasiveDevices = 6;
        public const int ShellJob = 7;
        public const int FileLocks = 8;
        public const int LogLevel = 9;
        public const int LogFile = 10;
        public const int PageServer = 11;
        public const int NotifyScripts = 12;
        public const int Root = 13;
        public const int ParentImage = 14;
        public const int TrackMem = 15;
        public const int AutoDedup = 16;
        public const int WorkDirectory = 17;
        public const int LinkRemap = 18;
        public const int ExtMount = 23;
        public const int ManageCgroups = 24;
        public const int CgroupRoot = 25;
        public const int RestoreSibling = 26;
        public const int InheritFd = 27;
        public const int ManageCgroupsMode = 34;
        public const int External = 37;
        public const int EmptyNamespaces = 38;
        public const int JoinNamespace = 39;
        public const int FreezeCgroup = 44;
        public const int TcpSkipInFlight = 46;
        public const int LazyPages = 48;
        public const int OrphanPtsMaster = 50;
        public const int ConfigFile = 51;
        public const int LsmProfile = 53;
        public const int LsmMountContext = 63;
    }
}
