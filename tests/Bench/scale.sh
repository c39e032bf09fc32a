# Sourced by bench.sh: how time grows with what a host has: containers, a list of them, mounts, starters at the same time, layers of the
# image. Rows are PANEL|SERIES|NUMBER|ms (median)|first quartile|third quartile|more. The limit's growth is the kernel's own.

# point PANEL NUMBER: ocirun's commands, and what makes a container with each program.
point() {
    local panel=$1 number=$2 name scenarios=()
    for name in ocirun limit crun runc; do
        scenarios+=("create + delete, $name|$(command $name create --bundle "$work/default" %)|$(command $name delete --force %)")
    done
    "$tools/measure" "$rounds" 0 "state, ocirun|$(command ocirun state "scale-$$")" "kill, ocirun|$(command ocirun kill "scale-$$" 0)" \
        "list, ocirun|${program[ocirun]} list --quiet" "${scenarios[@]}" |
        awk -F '|' -v OFS='|' -v panel="$panel" -v number="$number" '$2 == 0 { print panel, $1, number, $3, $4, $5 }' >>"$work/rows"
}

scale_containers() {
    local have=1 containers
    for containers in 1 10 100 1000; do
        for (( ; have < containers; have++)); do
            ${program[ocirun]} create --bundle "$work/sleep-default" "scale-$$-$have" </dev/null >/dev/null
        done
        point "created containers" $containers
    done
    ${program[ocirun]} start "scale-$$"
    for ((i = 1; i < have; i++)); do ${program[ocirun]} start "scale-$$-$i"; done
    for containers in 1000 100 10 1; do
        for (( ; have > containers; have--)); do ${program[ocirun]} delete --force "scale-$$-$((have - 1))"; done
        point "running containers" $containers
    done
}

# Each program lists its own.
scale_lists() {
    local have=0 containers name scenarios=()
    for name in ocirun crun runc; do scenarios+=("list --quiet, $name|${program[$name]} list --quiet" "list, $name|${program[$name]} list"); done
    for containers in 1 10 100 1000; do
        for (( ; have < containers; have++)); do
            for name in ocirun crun runc; do
                ${program[$name]} run --detach --bundle "$work/sleep-default" "list-$name-$$-$have" </dev/null >/dev/null
            done
        done
        "$tools/measure" "$rounds" 0 "${scenarios[@]}" |
            awk -F '|' -v OFS='|' -v number=$containers '$2 == 0 { print "running containers of each program", $1, number, $3, $4, $5 }' >>"$work/rows"
    done
    for (( ; have > 0; have--)); do
        for name in ocirun crun runc; do ${program[$name]} delete --force "list-$name-$$-$((have - 1))"; done
    done
}

scale_mounts() {
    local have=0 mounts
    mkdir "$work/many"
    mount -t tmpfs none "$work/many"
    for mounts in 0 100 1000 5000; do
        for (( ; have < mounts; have++)); do
            mkdir "$work/many/$have"
            mount -t tmpfs none "$work/many/$have"
        done
        point "more mounts" $mounts
    done
    umount --lazy "$work/many"
}

# 64 containers a round, or two for each starter.
scale_starters() {
    local name starters scenarios=()
    for name in ocirun limit crun runc; do scenarios+=("$name|$(command $name run --bundle "$work/default" %)"); done
    for starters in 1 2 4 8 16 32 64; do
        "$tools/starters" "$rounds" $((starters > 32 ? 2 * starters : 64)) $starters "${scenarios[@]}" |
            awk -F '|' -v OFS='|' '{ print "parallel starters", "run, " $1, $2, $4, $5, $6, sprintf("%d a second", $3) }' >>"$work/rows"
    done
}

# An image's layers, each with files in the same directories; the program is in the lowest one.
scale_layers() {
    local name layers scenarios=() lower=''
    mkdir -p "$work/lower" "$work/upper" "$work/workdir" "$work/merged"
    for ((i = 0; i < 100; i++)); do
        mkdir -p "$work/lower/$i/bin" "$work/lower/$i/etc" "$work/lower/$i/usr/lib/$i"
        echo $i | tee "$work/lower/$i/bin/tool-$i" "$work/lower/$i/etc/file-$i" >"$work/lower/$i/usr/lib/$i/file"
    done
    cp "$work/rootfs/bin/true" "$work/lower/0/bin/true"
    bundle layers merged .
    plan layers
    for name in ocirun limit crun runc; do scenarios+=("run, $name|$(command $name run --bundle "$work/layers" %)"); done
    for layers in 0 1 10 50 100; do
        lower=$(seq -s : $((layers - 1)) -1 0)
        if [ $layers -eq 0 ]; then
            mount --bind "$work/lower/0" "$work/merged"
        else
            rm -rf "$work/upper" "$work/workdir" && mkdir "$work/upper" "$work/workdir"
            # Relative names, as the engines mount it: the options are one page at most.
            (cd "$work/lower" && mount -t overlay overlay -o "lowerdir=$lower,upperdir=../upper,workdir=../workdir" "$work/merged")
        fi
        "$tools/measure" "$rounds" 0 "${scenarios[@]}" |
            awk -F '|' -v OFS='|' -v number=$layers '{ print "overlay layers (0: a plain directory)", $1, number, $3, $4, $5 }' >>"$work/rows"
        umount "$work/merged"
    done
}

part=${part-}
case $part in '' | containers | lists | mounts | starters | layers) ;; *) die "--scale=$part: not containers, lists, mounts, starters or layers" ;; esac
case ${part:-containers} in containers | mounts)
    ${program[ocirun]} create --bundle "$work/sleep-default" "scale-$$" </dev/null >/dev/null
    ;;
esac
for name in containers lists mounts starters layers; do
    if [ "${part:-$name}" = $name ]; then scale_$name; fi
done

sort -s -t '|' -k 1,1 -k 3,3n "$work/rows" | awk -F '|' -f tests/Bench/curves-table.awk
[ -w artifacts ] || exit 0
sort -s -t '|' -k 1,2 -k 3,3n "$work/rows" | awk -F '|' -f tests/Bench/curves.awk >"artifacts/scale${part:+-$part}.svg"
echo "chart: artifacts/scale${part:+-$part}.svg"
