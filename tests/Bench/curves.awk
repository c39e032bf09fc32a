# Curves of scale.sh's rows, sorted: a panel for each thing that grows, a line for each command and program. The numbers
# along the bottom are evenly spaced; the time goes up by powers of ten.
function x(number) { return left + (rank[panel, number] - 0.5) / numbers[panel] * width }
function y(ms) { return top + height - (log(ms) - log(least)) / (log(most) - log(least)) * height }
BEGIN {
    left = 60; width = 420; height = 300
    colour["ocirun"] = "#2b6cb0"; colour["limit"] = "#a0aec0"; colour["crun"] = "#dd8a3c"; colour["runc"] = "#c0504d"
}
{
    rows++; of[rows] = $1; series[rows] = $2; number[rows] = $3; ms[rows] = $4
    if (!($1 in numbers)) panels[++count] = $1
    if (!(($1, $3) in rank)) rank[$1, $3] = ++numbers[$1]
}
END {
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"11\">\n", left + width + 200, count * (height + 70) + 10
    print "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>"
    for (p = 1; p <= count; p++) {
        panel = panels[p]; top = (p - 1) * (height + 70) + 30
        least = 1e9; most = 0
        for (i = 1; i <= rows; i++) if (of[i] == panel) { if (ms[i] < least) least = ms[i]; if (ms[i] > most) most = ms[i] }
        least *= 0.8; most *= 1.25
        printf "<text x=\"%d\" y=\"%d\" font-weight=\"bold\">%s: wall time in ms (median)</text>\n", left, top - 10, panel
        printf "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#888\"/>\n", left, top, width, height
        for (decade = -2; decade < 5; decade++) for (step = 1; step <= 5; step += step == 2 ? 3 : 1) if (step != 3 && step != 4) {
            value = step * 10 ^ decade
            if (value < least || value > most) continue
            printf "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%g</text>\n", left, left + width, y(value), y(value), left - 5, y(value) + 4, value
        }
        before = ""; lowest = 0
        for (i = 1; i <= rows; i++) {
            if (of[i] != panel) continue
            name = series[i]; sub(/^.*, /, "", name)
            verb = series[i]; sub(/, .*/, "", verb)
            dash = verb == "state" ? "2,3" : verb == "list" ? "6,3" : verb == "kill" ? "1,4" : ""
            if (series[i] == before) printf "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"2\" stroke-dasharray=\"%s\"/>\n", x(number[i - 1]), y(ms[i - 1]), x(number[i]), y(ms[i]), colour[name], dash
            printf "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>\n", x(number[i]), y(ms[i]), colour[name]
            if (p == 1 || i == i) if (!((panel, number[i]) in labelled)) {
                labelled[panel, number[i]]
                printf "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%d</text>\n", x(number[i]), top + height + 15, number[i]
            }
            if (i == rows || series[i + 1] != series[i] || of[i + 1] != panel) {
                place[i] = y(ms[i]) + 4
                for (moved = 1; moved;) { moved = 0; for (j in place) if (j != i && of[j] == panel && place[i] - place[j] < 12 && place[j] - place[i] < 12) { place[i] = place[j] + 12; moved = 1; break } }
                printf "<text x=\"%d\" y=\"%.1f\" fill=\"%s\">%s</text>\n", left + width + 6, place[i], colour[name], series[i]
            }
            before = series[i]
        }
    }
    print "</svg>"
}
