#!/bin/bash
# The lowest memory limit under which a container still works, with ocirun and with crun and runc from Debian's packages:
# to run /bin/true, and to execute it in a container that sleeps. For a machine with cgroup v2, such as the virtual one:
#
#   ./build.sh && tests/Vm/run.sh -- tests/Bench/memory.sh
#
# A limit works when it does so three times of three. No number here makes a test fail.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
[ -e /sys/fs/cgroup/cgroup.controllers ] || { echo "this needs cgroup v2" >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/bundle/rootfs/bin"
cp /bin/busybox "$work/bundle/rootfs/bin/true"
ln -s true "$work/bundle/rootfs/bin/sleep"
(cd "$work/bundle" && runc spec && mv config.json "$work/spec.json")
declare -A program=([ocirun]=${BENCH_OCIRUN:-$PWD/artifacts/ocirun} [crun]=/usr/bin/crun [runc]=/usr/sbin/runc)

runtime() {
    timeout 60 "${program[$name]}" --root "$work/$name" "$@" </dev/null >"$work/log" 2>&1
}

# bundle KIB ARGUMENT…
bundle() {
    local limit=$1
    shift
    jq --argjson limit $((limit * 1024)) \
        '.process.terminal = false | .process.args = $ARGS.positional | .linux.resources.memory.limit = $limit' \
        "$work/spec.json" --args "$@" >"$work/bundle/config.json"
}

can_run() {
    bundle "$1" /bin/true
    local status=0
    runtime run --bundle "$work/bundle" memory || status=$?
    runtime delete --force memory || true
    return $status
}

can_exec() {
    bundle "$1" /bin/sleep 1000
    local status=0
    runtime run --detach --bundle "$work/bundle" memory && runtime exec memory /bin/true || status=$?
    runtime delete --force memory || true
    return $status
}

# lowest COMMAND: halves the limit until the command fails.
lowest() {
    local limit=8192 attempt
    while [ $limit -ge 64 ]; do
        for attempt in 1 2 3; do "$1" $limit || break 2; done
        limit=$((limit / 2))
    done
    echo $((limit * 2))
}

echo "| program | lowest memory limit to run | to exec |"
echo "| --- | --- | --- |"
for name in ocirun crun runc; do
    echo "| $name | $(lowest can_run) KiB | $(lowest can_exec) KiB |"
done
