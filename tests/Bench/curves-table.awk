# Markdown tables of scale.sh's rows, sorted by panel and number: a row for each number, a column for each command and
# program: the median, and how many times that of the least number it is, or how many in a second.
function flush(    i) {
    if (cells == "") return
    if (!headed) {
        printf "| %s |", panel
        for (i = 1; i <= columns; i++) printf " %s |", column[i]
        printf "\n| ---: |"
        for (i = 1; i <= columns; i++) printf " ---: |"
        print ""
    }
    headed = 1
    print "| " number " |" cells
    cells = ""
}
BEGIN { number = "none" }
$1 != panel { flush(); if (panel != "") print ""; panel = $1; headed = columns = 0; split("", first) }
$3 != number { flush(); number = $3 }
{
    if (!($2 in first)) { first[$2] = $4; column[++columns] = $2 }
    cells = cells sprintf(" %.2f ms, %s |", $4, $7 != "" ? $7 : sprintf("%.2f times", $4 / first[$2]))
}
END { flush(); print "" }
