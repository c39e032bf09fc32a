#!/bin/bash
# Compares ocirun with crun and runc from Debian's packages, and prints a Markdown table.
#
#   tests/Bench/bench.sh [ROUNDS]      200 rounds unless told; every round runs every runtime once, so that a change of
#                                      the machine's mood meets all of them
#
# The container is /bin/true with the config that `runc spec` writes. No number here makes a test fail.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
. .ci/setup.sh

if [ -z "${BENCH_PRIVATE-}" ]; then
    need_root tests/Bench/bench.sh
    need_packages busybox-static crun runc jq gcc libc6-dev
    ./build.sh
    # Mounts of its own: crun 1.8.1 refuses a v2 hierarchy beside v1's, so that one is taken away for all of them.
    BENCH_PRIVATE=yes exec unshare --mount --propagation private "$0" "$@"
fi
mountpoint -q /sys/fs/cgroup/unified && umount /sys/fs/cgroup/unified

rounds=${1:-200}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
gcc -O2 -static -o "$work/measure" tests/Bench/measure.c
mkdir -p "$work/bundle/rootfs/bin"
cp /bin/busybox "$work/bundle/rootfs/bin/true"
(cd "$work/bundle" && runc spec)
jq '.process.terminal = false | .process.args = ["/bin/true"]' "$work/bundle/config.json" >"$work/config.json"
mv "$work/config.json" "$work/bundle/config.json"

# BENCH_OCIRUN compares another build of ocirun.
declare -A program=([ocirun]=${BENCH_OCIRUN:-$PWD/artifacts/ocirun} [crun]=/usr/bin/crun [runc]=/usr/sbin/runc)
runtimes=(ocirun crun runc)

# table WHAT COMMANDS…: one table row for each runtime, whose name "@" stands for.
table() {
    local what=$1 name scenarios=() wall
    shift
    for name in "${runtimes[@]}"; do
        local scenario=$name command
        for command; do
            scenario+="|${program[$name]} --root $work/$name ${command//@/$name}"
        done
        scenarios+=("$scenario")
    done
    "$work/measure" "$rounds" "${scenarios[@]}" >"$work/rows"
    wall=$(sed -n 's/^ocirun|\([^|]*\)|.*/\1/p' "$work/rows")
    awk -F '|' -v what="$what" -v ocirun="$wall" \
        '{ printf "| %s | %s | %.2f ms | %.2f ms | %.1f MiB | %.2f |\n", what, $1, $2, $3, $4, ocirun / $2 }' "$work/rows"
}

echo "| command | runtime | wall | user + sys | peak RSS | ocirun's wall / this wall |"
echo "| --- | --- | --- | --- | --- | --- |"
table "run" "run --bundle $work/bundle %"
table "create + start + delete" "create --bundle $work/bundle %" "start %" "delete --force %"
for name in "${runtimes[@]}"; do
    "${program[$name]}" --root "$work/$name" create --bundle "$work/bundle" "bench-$$-$name" </dev/null >/dev/null 2>&1
done
table "state" "state bench-$$-@"
for name in "${runtimes[@]}"; do
    "${program[$name]}" --root "$work/$name" delete --force "bench-$$-$name"
done
