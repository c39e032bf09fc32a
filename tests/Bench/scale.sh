# Sourced by bench.sh: how the time of ocirun's commands grows with the containers and the mounts that the host has. The
# limit's growth is the kernel's own.

# curve WHAT COUNT: measures once, and writes a row for each command.
curve() {
    local what=$1 number=$2
    "$work/measure" "$rounds" 0 \
        "state|$(command ocirun state "scale-$$")" \
        "list|${program[ocirun]} list --quiet" \
        "create + delete|$(command ocirun create --bundle "$work/sleep" %)|$(command ocirun delete --force %)" \
        "create + delete, limit|$(command limit create --bundle "$work/sleep" %)|$(command limit delete --force %)" |
        awk -F '|' -v what="$what" -v number="$number" '$2 == 0 { printf "%s|%s|%d|%.2f\n", what, $1, number, $3 }' >>"$work/rows"
}

${program[ocirun]} create --bundle "$work/sleep" "scale-$$" </dev/null >/dev/null
have=1
for containers in 1 10 100 1000; do
    for (( ; have < containers; have++)); do
        ${program[ocirun]} create --bundle "$work/sleep" "scale-$$-$have" </dev/null >/dev/null
    done
    curve containers $containers
done
for ((; have > 1; have--)); do ${program[ocirun]} delete --force "scale-$$-$((have - 1))"; done

mkdir "$work/many"
mount -t tmpfs none "$work/many"
have=0
for mounts in 0 100 1000 5000; do
    for (( ; have < mounts; have++)); do
        mkdir "$work/many/$have"
        mount -t tmpfs none "$work/many/$have"
    done
    curve "more mounts" $mounts
done

echo "| command | with | wall (median) | against the least |"
echo "| --- | --- | --- | --- |"
sort -s -t '|' -k 1,2 "$work/rows" | awk -F '|' '
    { key = $1 $2; if (!(key in first)) first[key] = $4; printf "| %s | %d %s | %.2f ms | %.2f |\n", $2, $3, $1, $4, $4 / first[key] }'
