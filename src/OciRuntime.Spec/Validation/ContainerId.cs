namespace OciRuntime.Spec;

/// <summary>Container ids. The specification leaves their form to the runtime: it is runc's.</summary>
public static class ContainerId
{
    /// <summary>
    /// An id is letters, digits, <c>_</c>, <c>+</c>, <c>-</c> and <c>.</c> of ASCII, and neither <c>.</c> nor
    /// <c>..</c>: it names a directory.
    /// </summary>
    /// <exception cref="SpecException">It is not; in the words that engines match.</exception>
    public static void Validate(string id)
    {
        if (id.Length == 0)
            throw new SpecException([new Problem("", "container id cannot be empty")]);
        bool valid = id is not ("." or "..");
        foreach (char c in id)
            valid &= char.IsAsciiLetterOrDigit(c) || c is '_' or '+' or '-' or '.';
        if (!valid)
            throw new SpecException([new Problem("", "invalid container ID format")]);
    }
}
