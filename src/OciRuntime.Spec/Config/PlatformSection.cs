namespace OciRuntime.Spec;

/// <summary>
/// A section for another platform: that it is there is known, what is in it is kept as JSON and not looked into
/// (config.md, "Platform-specific configuration").
/// </summary>
/// <param name="Json">The section's JSON text.</param>
public sealed record PlatformSection(string Json);
