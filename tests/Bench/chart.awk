# A bar chart of bench.sh's rows: a group for each command, a bar for each program, a line from quartile to quartile.
{
    rows++; what[rows] = $1; name[rows] = $2; wall[rows] = $3; low[rows] = $4; high[rows] = $5
    if ($5 > most) most = $5
}
END {
    colour["ocirun"] = "#2b6cb0"; colour["limit"] = "#a0aec0"; colour["crun"] = "#dd8a3c"; colour["runc"] = "#c0504d"
    left = 330; width = 620; bar = 13; gap = 14; y = 24
    for (i = 1; i <= rows; i++) if (what[i] != what[i - 1]) groups++
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"11\">\n", left + width + 90, rows * bar + groups * gap + 40
    print "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>"
    printf "<text x=\"10\" y=\"16\" font-weight=\"bold\">wall time in ms: median, and the quartiles as a line</text>\n"
    for (i = 1; i <= rows; i++) {
        if (what[i] != what[i - 1]) {
            y += gap
            printf "<text x=\"10\" y=\"%d\">%s</text>\n", y + bar - 3, what[i]
        }
        printf "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n", left - 6, y + bar - 3, name[i]
        printf "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>\n", left, y + 1, wall[i] / most * width, bar - 2, colour[name[i]]
        printf "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"black\"/>\n", left + low[i] / most * width, left + high[i] / most * width, y + bar / 2, y + bar / 2
        printf "<text x=\"%.1f\" y=\"%d\">%.1f</text>\n", left + high[i] / most * width + 4, y + bar - 3, wall[i]
        y += bar
    }
    print "</svg>"
}
