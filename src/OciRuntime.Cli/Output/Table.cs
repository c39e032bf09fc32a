using System;
using System.Collections.Generic;
using System.Text;

namespace OciRuntime.Cli.Output;

/// <summary>Text in columns, laid out as Go's <c>tabwriter</c> does: the last column is not padded.</summary>
internal static class Table
{
    /// <summary>Lays the rows out, each on a line of its own.</summary>
    /// <param name="rows">The rows; all have the same number of cells.</param>
    /// <param name="minimumWidth">Of a column with its padding, in characters.</param>
    /// <param name="padding">Spaces between the widest cell of a column and the next column.</param>
    /// <param name="indent">Goes before each line.</param>
    public static string Format(IReadOnlyList<string[]> rows, int minimumWidth, int padding, string indent = "")
    {
        int columns = rows.Count == 0 ? 0 : rows[0].Length;
        Span<int> widths = stackalloc int[columns];
        foreach (string[] row in rows)
        {
            for (int i = 0; i < columns - 1; i++)
                widths[i] = Math.Max(widths[i], Math.Max(Length(row[i]) + padding, minimumWidth));
        }
        var text = new StringBuilder();
        foreach (string[] row in rows)
        {
            text.Append(indent);
            for (int i = 0; i < columns - 1; i++)
                text.Append(row[i]).Append(' ', widths[i] - Length(row[i]));
            text.Append(row[columns - 1]).Append('\n');
        }
        return text.ToString();
    }

    private static int Length(string cell)
    {
        int length = 0;
        foreach (Rune _ in cell.EnumerateRunes())
            length++;
        return length;
    }
}
