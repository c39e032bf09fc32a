namespace OciRuntime.Spec;

/// <summary>Readers and writers of the records; generated.</summary>
[JsonRecords(typeof(Config), typeof(State), typeof(ContainerProcessState), typeof(Features))]
internal static partial class JsonRecords;
