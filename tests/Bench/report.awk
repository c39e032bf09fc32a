# The Markdown table of bench.sh's rows.
BEGIN {
    print "| command | program | wall (median, quartiles) | user + sys | peak RSS | ocirun's wall / this wall |"
    print "| --- | --- | --- | --- | --- | --- |"
}
{ printf "| %s | %s | %.2f ms (%.2f-%.2f) | %.2f ms | %.1f MiB | %.2f |\n", $1, $2, $3, $4, $5, $6, $7, $8 }
