namespace OciRuntime.Container.Lifecycle;

public static partial class Engine
{
    /// <summary><c>create</c>: the container exists, its program has not been run (runtime.md, "Create").</summary>
    /// <exception cref="Errors.ContainerException">With a complete message; nothing is left behind.</exception>
    public static void Create(RuntimeOptions runtime, CreateOptions options)
    {
        SealedSelf.Ensure();
        using Creation creation = Creation.Make(runtime, options, waitForStart: true);
        creation.Init!.ConfirmCreated();
    }
}
