using System;

namespace OciRuntime.Container.Init;

/// <summary>A startContainer hook failed: the container is destroyed (runtime.md, "Lifecycle", step 7).</summary>
public sealed class HookFailedException(string message) : Exception(message);
