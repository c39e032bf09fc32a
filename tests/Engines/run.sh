#!/bin/bash
# Drives real engines with ocirun as their runtime, and with runc, so that a difference is ocirun's.
#
#   tests/Engines/run.sh RESULTS [ENGINE…] [RUNTIME…]
#
# RESULTS takes a line "passed|failed<TAB>engines.ENGINE.RUNTIME.STEP" for each step. Every engine runs with every
# runtime unless told otherwise. ENGINES_TIMES=yes prints how long each step takes; ENGINES_ROUNDS=200 repeats
# Docker's 20 containers at once as often (default: once).
set -euo pipefail
results=$(readlink -f "$1")
shift
cd "$(dirname "$(readlink -f "$0")")/../.."

engines=() runtimes=()
for argument; do
    case $argument in
    ocirun | runc) runtimes+=("$argument") ;;
    *) engines+=("$argument") ;;
    esac
done
[ ${#engines[@]} -gt 0 ] || engines=(containerd docker podman cri)
[ ${#runtimes[@]} -gt 0 ] || runtimes=(ocirun runc)
declare -A program=([ocirun]=${OCIRUNTIME_UNDER_TEST:-$PWD/artifacts/ocirun} [runc]=/usr/sbin/runc)

echo "left out, as no runtime can do it without CAP_SYS_RESOURCE: docker run and exec --privileged, limits above the hard
limit, negative OOM scores; without a systemd: its cgroup manager, Podman's health check timers; without a registry:
pull, push; without blkio.weight in the kernel: --blkio-weight; with containerd 1.6: 100 execs at once through its shim
(it blocks, whatever the runtime; they go through Docker and through the runtime itself); without CRIU: checkpoint"

# Not below /tmp, which may be in memory: overlay mounts want a disk's file system.
work=$(mktemp -d /var/tmp/ocirun-engines.XXXXXX)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
tests/Engines/image.sh "$work" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }

# walk ENGINE RUNTIME RESULTS: its steps, in a world of their own.
walk() {
    local directory=$work/$1-$2
    mkdir "$directory"
    ln "$work"/*.tar "$directory"
    : >"$3"
    tests/Engines/private.sh "$directory" "$PWD/tests/Engines/engine.sh" "$1" "$2" "${program[$2]}" "$3" "$directory" \
        || printf 'failed\tengines.%s.%s.end\n' "$1" "$2" >>"$3"
    rm -rf "$directory"
}

# drive ENGINE RUNTIME: what it prints comes at the end, so that nothing else is printed in between. Engines have races of
# their own on a busy machine: a step that fails is said, and has failed when it fails in a second walk too.
drive() {
    local first=$work/$1-$2.first second=$work/$1-$2.second
    {
        walk "$1" "$2" "$first"
        if grep -q '^failed' "$first"; then
            walk "$1" "$2" "$second"
            grep -F -x -f <(sed -n 's/^failed/passed/p' "$first") "$second" | sed 's/^passed\t\(.*\)/unsteady: \1 failed once/' || :
        fi
    } >"$work/$1-$2.log" 2>&1
    [ -e "$second" ] || second=$first
    cat "$second" >>"$results"
    cat "$work/$1-$2.log" >&2
}

# Each has a world of its own and waits for most of its time: two side by side.
for engine in "${engines[@]}"; do
    for runtime in "${runtimes[@]}"; do
        [ "$(jobs -rp | wc -l)" -lt 2 ] || wait -n
        drive "$engine" "$runtime" &
    done
done
wait
