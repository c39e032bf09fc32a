namespace OciRuntime.Container.Checkpoint;

/// <summary>What CRIU is asked for, or tells: <c>criu_req_type</c> of its rpc.proto.</summary>
internal enum CriuRequestType
{
    Empty = 0,
    Dump = 1,
    Restore = 2,
    PreDump = 4,
    Notify = 6,
    FeatureCheck = 9,
    Version = 10,
}
