# A table of causes.pl's rows, NAME|ROUND|ORDER CAUSE|CALLS|FAULTS|us, and NAME|wall|ms: medians, one column a program.
function median(name, cause, what,    i, n, sorted, j, value) {
    for (i = 1; i <= rounds; i++) {
        value = all[name, i, cause, what] + 0
        for (j = i - 1; j > 0 && sorted[j] > value; j--) sorted[j + 1] = sorted[j]
        sorted[j + 1] = value
    }
    return sorted[int((rounds + 1) / 2)]
}
function cell(name, cause,    calls, faults) {
    calls = median(name, cause, "calls"); faults = median(name, cause, "faults")
    return sprintf("%.2f ms", median(name, cause, "us") / 1000) (calls + faults ? sprintf(" (%d, %d)", calls, faults) : "")
}
$2 == "wall" { wall[$1] = $3; next }
{
    if (!($3 in known)) { known[$3]; causes[++n] = $3 }
    all[$1, $2, $3, "calls"] = $4; all[$1, $2, $3, "faults"] = $5; all[$1, $2, $3, "us"] = $6
    all[$1, $2, "together", "calls"] += $4; all[$1, $2, "together", "faults"] += $5; all[$1, $2, "together", "us"] += $6
}
END {
    for (i = 2; i <= n; i++) {
        cause = causes[i]
        for (j = i - 1; j > 0 && causes[j] > cause; j--) causes[j + 1] = causes[j]
        causes[j + 1] = cause
    }
    causes[++n] = "together"
    printf "| %s | ocirun (system calls, page faults) | limit | gap |\n| --- | --- | --- | --- |\n", what
    for (i = 1; i <= n; i++) {
        cause = causes[i]; name = cause; sub(/^[0-9]+ /, "", name)
        printf "| %s | %s | %s | %.2f ms |\n", name, cell("ocirun", cause), cell("limit", cause), (median("ocirun", cause, "us") - median("limit", cause, "us")) / 1000
    }
    printf "| without perf and --debug, 100 ms after the last | %.2f ms | %.2f ms | %.2f ms |\n\n", wall["ocirun"], wall["limit"], wall["ocirun"] - wall["limit"]
}
