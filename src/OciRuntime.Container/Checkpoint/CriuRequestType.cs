namespace OciRuntime.Container.Checkpoint;

/// <summary>What CRIU is asked for, or tells: <c>criu_req_type</c> of its rpc.proto.</summary>
internal enum CriuRequestType
{
    /// <summary>None of CRIU's: what should have become CRIU tells why it has not.</summary>
    NotStarted = -1,
    Empty = 0,
    Dump = 1,
    Restore = 2,
    PreDump = 4,
    Notify = 6,
    FeatureCheck = 9,
    Version = 10,
}
