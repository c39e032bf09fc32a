using System.Collections.Generic;
namespace OciRuntime.Spec;
/// <summary>x</summary>
public static class ConfigValidator { public static IReadOnlyList<Problem> Validate(Config config) => []; }
