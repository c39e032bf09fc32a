#!/bin/bash
# Compares ocirun with crun and runc from Debian's packages, and with a C program that makes the same system calls and does
# nothing else (limit.c). Prints Markdown, and draws artifacts/bench.svg.
#
#   tests/Bench/bench.sh [ROUNDS]      every round runs every program once, in another order, so that a change of the
#                                      machine's mood meets all of them (100 rounds unless told)
#   tests/Bench/bench.sh --short [ROUNDS]      the same without create, start, delete and kill, and fewer configs
#   tests/Bench/bench.sh --scale[=PART] [ROUNDS]    how the time grows, as tables and curves (artifacts/scale.svg): with
#                                      1 to 1,000 containers, 0 to 5,000 mounts, 1 to 64 starters at once, 0 to 100 layers
#                                      of an image; PART is one of containers, lists, mounts, starters, layers
#   tests/Bench/bench.sh --phases [ROUNDS]     where the time of ocirun's run goes, by its --debug log
#   tests/Bench/bench.sh --trace [ROUNDS]      the same and every system call: artifacts/run.trace.json, for a viewer
#   tests/Bench/bench.sh --gap [ROUNDS]        what the time between ocirun and the limit program is spent on, by cause
#   tests/Bench/bench.sh --parked              the memory of inits between create and start, by what it is
#   tests/Bench/bench.sh --sealing [ROUNDS]    what it costs that no container can write ocirun's own executable
#   tests/Bench/bench.sh --work [ROUNDS]       work inside a container against outside: sysbench
#   tests/Bench/bench.sh --machine [ROUNDS]    start-up of a container against a virtual machine's (a tenth of the rounds)
#
# BENCH_OCIRUN=FILE, BENCH_CRUN=FILE and BENCH_RUNC=FILE measure other builds. No number here makes a test fail.
set -euo pipefail
shopt -s nullglob
cd "$(dirname "$(readlink -f "$0")")/../.."
. .ci/setup.sh

if [ -z "${BENCH_PRIVATE-}" ]; then
    need_root tests/Bench/bench.sh
    need_packages busybox-static crun runc jq
    [ -n "${BENCH_OCIRUN-}" ] || ./build.sh
    # Mounts of its own: crun 1.8.1 refuses a v2 hierarchy beside v1's, so that one is taken away for all of them.
    BENCH_PRIVATE=yes exec unshare --mount --propagation private "$0" "$@"
fi
if mountpoint -q /sys/fs/cgroup/unified; then umount /sys/fs/cgroup/unified; fi
# It also makes directories for hierarchies that are not mounted, and leaves them.
for name in net_cls net_prio; do
    if [ -d /sys/fs/cgroup/$name ] && ! mountpoint -q /sys/fs/cgroup/$name; then mount -t tmpfs none /sys/fs/cgroup/$name; fi
done
mode=table
case ${1-} in
--scale=*) mode=scale part=${1#*=} && shift ;;
--*) mode=${1#--} && shift ;;
esac
declare -A default=([table]=100 [short]=50 [scale]=10 [phases]=100 [trace]=21 [gap]=30 [parked]=1 [sealing]=50 [work]=9 [machine]=50)
[ -n "${default[$mode]-}" ] || die "bench.sh: no --$mode"
rounds=${1:-${default[$mode]}}
work=$(mktemp -d)
# The programs' records, where they keep them by default: below /run, which is in memory on a host that has booted.
[ "$(stat -f -c %T /run)" = tmpfs ] || mount -t tmpfs -o mode=755 tmpfs /run
records=$(mktemp -d -p /run ocirun-bench.XXXXXX)
ocirun=${BENCH_OCIRUN:-$PWD/artifacts/ocirun}
declare -A program=([ocirun]="$ocirun --root $records/ocirun"
    [crun]="$(type -P "${BENCH_CRUN:-/usr/bin/crun}") --root $records/crun" [runc]="$(type -P "${BENCH_RUNC:-/usr/sbin/runc}") --root $records/runc")
trap 'clean' EXIT
clean() {
    local name id
    set +e
    for name in ocirun crun runc; do
        for id in $(${program[$name]} list -q 2>/dev/null); do
            # runc gives up when the kernel has not ended a container's processes within a moment.
            ${program[$name]} delete --force "$id" 2>/dev/null || ${program[$name]} delete --force "$id"
        done
    done
    for id in "$records"/limit/*/; do "$tools/limit" delete "$work/sleep-default/plan" "$(basename "$id")"; done
    for name in many merged readonly; do
        # What is mounted below goes with it.
        if mountpoint -q "$work/$name"; then umount --lazy "$work/$name"; fi
    done
    find /sys/fs/cgroup -depth -type d -name "*-$$-*" -exec rmdir {} + 2>/dev/null
    rm -rf --one-file-system "$work" "$records"
}
chmod 755 "$work"
mkdir "$records/limit"

# The C programs. A machine without a compiler, such as the virtual one, finds them where another run left them.
tools=$PWD/artifacts/bench
for name in measure starters faults limit; do
    if [ ! -e "$tools/$name" ] || [ -n "$(find tests/Bench -name '*.[ch]' -newer "$tools/$name")" ]; then
        need_packages gcc libc6-dev
        mkdir -p "$tools"
        gcc -O2 -static -Wall -o "$tools/$name" tests/Bench/$name.c
    fi
done

# Root file systems: one that the host's root owns, one that the root of the user namespace does.
for name in rootfs mapped; do
    mkdir -p "$work/$name/bin" "$work/$name/mnt"
    cp /bin/busybox "$work/$name/bin/true"
    ln -s true "$work/$name/bin/sleep"
done
chown -R 100000:100000 "$work/mapped"
for ((i = 0; i < 33; i++)); do mkdir -p "$work/volumes/$i"; done
# Without the ambient capabilities that this runc writes and no kernel grants, which a newer one does not write either.
(cd "$work" && runc spec && jq 'del(.process.capabilities.ambient)' config.json >spec.json)

# bundle NAME ROOTFS FILTER [ARGUMENT…]: a bundle whose config is runc's, changed by a jq filter.
bundle() {
    local name=$1 rootfs=$2 filter=$3
    shift 3
    mkdir "$work/$name"
    jq --arg rootfs "$work/$rootfs" "$@" \
        ".process.terminal = false | .process.args = [\"/bin/true\"] | .root.path = \$rootfs | $filter" "$work/spec.json" >"$work/$name/config.json"
}

# plan NAME: the config for limit.c.
plan() {
    local hierarchy cgroups=() cpuset=/sys/fs/cgroup/cpuset v2=false
    if [ -e /sys/fs/cgroup/cgroup.controllers ]; then v2=true cgroups=(/sys/fs/cgroup/%); fi
    for hierarchy in /sys/fs/cgroup/*/; do
        hierarchy=${hierarchy%/}
        if [ ! -L "$hierarchy" ] && [ "$(stat -f -c %T "$hierarchy")" = cgroupfs ]; then cgroups+=("$hierarchy/%"); fi
    done
    jq -r --arg root "$(jq -r .root.path "$work/$1/config.json")" --arg state "$records/limit" --arg seccomp "$work/filter" \
        --arg cpus "$($v2 || cat $cpuset/cpuset.cpus)" --arg mems "$($v2 || cat $cpuset/cpuset.mems)" --argjson v2 $v2 \
        --argjson cgroups "$(jq -n -c '$ARGS.positional' --args "${cgroups[@]}")" \
        -f tests/Bench/plan.jq "$work/$1/config.json" >"$work/$1/plan"
}

engine='.linux.seccomp = $engine[0].linux.seccomp
    | .linux.resources += {"memory": {"limit": 536870912}, "cpu": {"shares": 512, "period": 100000, "quota": 50000}, "pids": {"limit": 4096}}
    | (["CHOWN", "DAC_OVERRIDE", "FSETID", "FOWNER", "MKNOD", "NET_RAW", "SETGID", "SETUID", "SETFCAP", "SETPCAP", "NET_BIND_SERVICE",
        "SYS_CHROOT", "KILL", "AUDIT_WRITE"] | map("CAP_" + .)) as $caps
    | .process.capabilities = {"bounding": $caps, "effective": $caps, "permitted": $caps}'
bundle default rootfs .
bundle engine rootfs "$engine" --slurpfile engine spec-samples/seccomp-engine-default/config.json
bundle profile rootfs '.linux.seccomp = $engine[0].linux.seccomp' --slurpfile engine spec-samples/seccomp-engine-default/config.json
bundle user mapped '.linux.namespaces += [{"type": "user"}]
    | .linux.uidMappings = [{"containerID": 0, "hostID": 100000, "size": 65536}] | .linux.gidMappings = .linux.uidMappings'
bundle mounts rootfs '.mounts += [range(33) | {"destination": "/mnt/\(.)", "type": "bind", "source": "\($work)/volumes/\(.)",
    "options": ["rbind", "rprivate", "ro"]}] | .root.readonly = false' --arg work "$work"
for name in default engine user mounts; do
    mkdir "$work/sleep-$name"
    jq '.process.args = ["/bin/sleep", "3600"]' "$work/$name/config.json" >"$work/sleep-$name/config.json"
done
# limit.c gets the filter that ocirun compiles.
${program[ocirun]} run --detach --bundle "$work/sleep-engine" "bench-$$-filter" </dev/null >/dev/null
"$tools/limit" filter "$(${program[ocirun]} state "bench-$$-filter" | jq .pid)" >"$work/filter"
${program[ocirun]} delete --force "bench-$$-filter"
for name in default engine user mounts; do plan $name && plan "sleep-$name"; done
plan profile
sleeping=sleep-default

# command NAME WORDS…: a command line of a program; limit.c wants a plan for a bundle.
command() {
    local name=$1 verb=$2
    shift 2
    if [ "$name" != limit ]; then
        echo "${program[$name]} $verb $*"
        return
    fi
    if [ "$verb" = --version ]; then echo "$tools/limit --version" && return; fi
    local plan=$work/$sleeping/plan words=()
    while [ $# -gt 0 ]; do
        case $1 in --bundle) plan=$2/plan && shift ;; --force) ;; *) words+=("$1") ;; esac
        shift
    done
    echo "$tools/limit $verb $plan ${words[*]}"
}

# table WHAT PAUSE COMMANDS…: rows of the table, one for each program, whose name "@" stands for; with several commands
# also rows for each of them.
table() {
    local what=$1 pause=$2 name scenarios=() verbs=()
    shift 2
    for name in ocirun limit crun runc; do
        local scenario=$name line
        for line; do
            # shellcheck disable=SC2086
            scenario+="|$(command "$name" ${line//@/$name})"
        done
        scenarios+=("$scenario")
    done
    for line; do verbs+=("${line%% *}"); done
    "$tools/measure" "$rounds" "$pause" "${scenarios[@]}" |
        awk -F '|' -v OFS='|' -v what="$what" -v verbs="${verbs[*]}" '{ split(verbs, verb, " ")
            print $2 == 0 ? what : verb[$2] " (of " what ")", $1, $3, $4, $5, $6, $7, $8 }' >>"$work/rows"
}

# sleepers CONFIG: a running container of each program, "bench-$$-" and its name; awake ends them.
sleepers() {
    local name
    for name in ocirun crun runc; do
        ${program[$name]} run --detach --bundle "$work/sleep-$1" "bench-$$-$name" </dev/null >/dev/null 2>&1
    done
    "$tools/limit" create "$work/sleep-$1/plan" "bench-$$-limit" </dev/null >/dev/null
    "$tools/limit" start "$work/sleep-$1/plan" "bench-$$-limit"
    sleeping=sleep-$1
}
awake() {
    local name
    for name in ocirun crun runc; do ${program[$name]} delete --force "bench-$$-$name"; done
    "$tools/limit" delete "$work/$sleeping/plan" "bench-$$-limit"
    sleeping=sleep-default
}

: >"$work/rows"
case $mode in
scale)
    . tests/Bench/scale.sh
    exit
    ;;
trace)
    . tests/Bench/trace.sh
    mkdir -p artifacts
    trace artifacts/run.trace.json
    exit
    ;;
work | machine | parked | sealing)
    . tests/Bench/$mode.sh
    exit
    ;;
gap)
    . tests/Bench/trace.sh
    gap "run" "run --bundle $work/default %"
    gap "run, as an engine's container" "run --bundle $work/engine %"
    sleepers default
    gap "exec" "exec bench-$$-@ /bin/true"
    gap "state" "state bench-$$-@"
    "$tools/faults" "$ocirun"
    exit
    ;;
short)
    table "run, 100 ms after the last" 100 "run --bundle $work/default %"
    table "run, one after the other" 0 "run --bundle $work/default %"
    table "run with a seccomp profile, one after the other" 0 "run --bundle $work/profile %"
    table "run, as an engine's container" 100 "run --bundle $work/engine %"
    table "run, as an engine's container, one after the other" 0 "run --bundle $work/engine %"
    sleepers default
    table "exec" 100 "exec bench-$$-@ /bin/true"
    table "state" 0 "state bench-$$-@"
    awk -F '|' -f tests/Bench/report.awk "$work/rows"
    exit
    ;;
phases)
    for ((round = 0; round < rounds; round++)); do
        ${program[ocirun]} --debug --log "$work/log.$round" run --bundle "$work/default" "phases-$$" </dev/null >/dev/null
    done
    echo "| phase of a run | ms (median) |"
    echo "| --- | --- |"
    # Each line of the log ends a phase; its elapsed time counts from the start of Main. The runtime and the init write
    # at once, so that the lines around the clone change places.
    for log in "$work"/log.*; do
        sed -n 's/.* msg="\{0,1\}\([^"]*\)"\{0,1\} elapsed=\(.*\)ms$/\1|\2/p' "$log" |
            awk -F '|' '{ printf "%s|%.3f\n", NR == 1 ? "flags read" : $1, $2 - last; last = $2 }'
    done | awk -F '|' '!($1 in order) { order[$1] = ++n } { print order[$1] "|" $0 }' | sort -t '|' -k 1,1n -k 3,3n | awk -F '|' '
        $1 != line { flush(); line = $1; n = 0 }
        { what = $2; value[++n] = $3 }
        END { flush() }
        function flush() { if (n && what !~ /^exit status/) printf "| %s | %.2f |\n", what, value[int((n + 1) / 2)] }'
    exit
    ;;
esac
# Moving a process between v1 cgroups makes the kernel wait, unless another was moved within the last milliseconds: a
# container that is started on its own pays for it, one of a series does not.
table "--version" 0 "--version"
table "run, 100 ms after the last" 100 "run --bundle $work/default %"
table "run, one after the other" 0 "run --bundle $work/default %"
table "run, as an engine's container" 100 "run --bundle $work/engine %"
table "run in a user namespace" 100 "run --bundle $work/user %"
table "run with 40 mounts" 100 "run --bundle $work/mounts %"
declare -A kind=([default]='' [engine]=", as an engine's container" [user]=" in a user namespace" [mounts]=" with 40 mounts")
for config in default engine user mounts; do
    table "create + start + delete${kind[$config]}" 100 "create --bundle $work/$config %" "start %" "delete --force %"
done
for config in default engine user mounts; do
    sleepers $config
    table "exec${kind[$config]}" 100 "exec bench-$$-@ /bin/true"
    table "state${kind[$config]}" 0 "state bench-$$-@"
    table "kill${kind[$config]}" 0 "kill bench-$$-@ CONT"
    awake
done

# The init between create and start. The pages of the program's file are the same for all of them.
for name in ocirun crun runc; do
    ${program[$name]} create --bundle "$work/sleep-default" "parked-$$-$name" </dev/null >/dev/null 2>&1
    pid=$(${program[$name]} state "parked-$$-$name" | jq .pid)
    awk -v name=$name '/^Pss:/ { pss = $2 } /^Pss_Anon:/ { own = $2 } END { print name "|" own "|" pss }' "/proc/$pid/smaps_rollup" >>"$work/parked"
done

awk -F '|' -f tests/Bench/report.awk "$work/rows"
echo
echo "| a created container's init | memory of its own | with all pages of the program's file (PSS) |"
echo "| --- | --- | --- |"
awk -F '|' '{ printf "| %s | %.2f MiB | %.2f MiB |\n", $1, $2 / 1024, $3 / 1024 }' "$work/parked"
# The virtual machine cannot write here.
[ -w artifacts ] || exit 0
awk -F '|' -f tests/Bench/chart.awk "$work/rows" >artifacts/bench.svg
echo
echo "chart: artifacts/bench.svg"
