using System;
using System.Globalization;
using OciRuntime.Cli.Output;
using OciRuntime.Container.Errors;

namespace OciRuntime.Cli.CommandLine;

/// <summary>Amounts of memory as people and engines write them: <c>512m</c>, <c>1.5 GiB</c>, in powers of 1024.</summary>
internal static class ByteSize
{
    /// <summary>The number of bytes; fractions of one are cut off.</summary>
    /// <param name="text">As Docker's <c>go-units</c> takes it, which runc uses.</param>
    /// <exception cref="ContainerException">It is not such an amount, or more than 2^63 bytes.</exception>
    public static long Parse(string text)
    {
        int last = text.Length - 1;
        while (last >= 0 && !(char.IsAsciiDigit(text[last]) || text[last] is '.' or ' '))
            last--;
        if (last < 0)
            throw new ContainerException($"invalid size: '{text}'");
        ReadOnlySpan<char> number = text.AsSpan(0, text[last] == ' ' ? last : last + 1);
        ReadOnlySpan<char> suffix = text.AsSpan(last + 1);
        if (!double.TryParse(number, NumberStyles.Float & ~NumberStyles.AllowLeadingWhite & ~NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out double size))
            throw new ContainerException($"strconv.ParseFloat: parsing {GoString.Quote(number.ToString())}: invalid syntax");
        if (size < 0)
            throw new ContainerException($"invalid size: '{text}'");
        size *= Factor(suffix) ?? throw new ContainerException($"invalid suffix: '{suffix}'");
        return size < long.MaxValue ? (long)size : throw new ContainerException($"invalid size: '{text}' is out of range");
    }

    private static double? Factor(ReadOnlySpan<char> suffix)
    {
        if (suffix.IsEmpty || suffix is "b" or "B")
            return 1;
        int exponent = "kmgtp".IndexOf(char.ToLowerInvariant(suffix[0])) + 1;
        ReadOnlySpan<char> rest = suffix[1..];
        bool isUnit = rest.IsEmpty || rest.Equals("b", StringComparison.OrdinalIgnoreCase) || rest.Equals("ib", StringComparison.OrdinalIgnoreCase);
        return exponent > 0 && isUnit ? Math.Pow(1024, exponent) : null;
    }
}
