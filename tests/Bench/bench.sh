#!/bin/bash
# Compares ocirun with crun and runc from Debian's packages, and prints a Markdown table.
#
#   tests/Bench/bench.sh [ROUNDS]      200 rounds unless told; every round runs every runtime once, so that a change of
#                                      the machine's mood meets all of them
#
# The container is /bin/true with the config that `runc spec` writes, for exec and state a sleeping one. No number here makes a test fail.
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

# table WHAT PAUSE COMMANDS…: one table row for each runtime, whose name "@" stands for.
table() {
    local what=$1 pause=$2 name scenarios=() wall
    shift 2
    for name in "${runtimes[@]}"; do
        local scenario=$name command
        for command; do
            scenario+="|${program[$name]} --root $work/$name ${command//@/$name}"
        done
        scenarios+=("$scenario")
    done
    "$work/measure" "$rounds" "$pause" "${scenarios[@]}" >"$work/rows"
    wall=$(sed -n 's/^ocirun|\([^|]*\)|.*/\1/p' "$work/rows")
    awk -F '|' -v what="$what" -v ocirun="$wall" \
        '{ printf "| %s | %s | %.2f ms | %.2f ms | %.1f MiB | %.2f |\n", what, $1, $2, $3, $4, ocirun / $2 }' "$work/rows"
}

echo "| command | runtime | wall | user + sys | peak RSS | ocirun's wall / this wall |"
echo "| --- | --- | --- | --- | --- | --- |"
# Moving a process between v1 cgroups makes the kernel wait, unless another was moved within the last milliseconds: a
# container that is started on its own pays for it, one of a series does not.
table "run, 100 ms after the last" 100 "run --bundle $work/bundle %"
table "run, one after the other" 0 "run --bundle $work/bundle %"
mkdir "$work/seccomp"
jq --slurpfile engine spec-samples/seccomp-engine-default/config.json --arg rootfs "$work/bundle/rootfs" \
    '.linux.seccomp = $engine[0].linux.seccomp | .root.path = $rootfs' "$work/bundle/config.json" >"$work/seccomp/config.json"
table "run with an engine's seccomp profile" 100 "run --bundle $work/seccomp %"
table "create + start + delete" 100 "create --bundle $work/bundle %" "start %" "delete --force %"
jq '.process.args = ["/bin/sleep", "3600"]' "$work/bundle/config.json" >"$work/config.json"
mv "$work/config.json" "$work/bundle/config.json"
ln -s true "$work/bundle/rootfs/bin/sleep"
for name in "${runtimes[@]}"; do
    "${program[$name]}" --root "$work/$name" run --detach --bundle "$work/bundle" "bench-$$-$name" </dev/null >/dev/null 2>&1
done
table "exec" 100 "exec bench-$$-@ /bin/true"
table "state" 0 "state bench-$$-@"
for name in "${runtimes[@]}"; do
    "${program[$name]}" --root "$work/$name" delete --force "bench-$$-$name"
done
