# Sourced by bench.sh: what happens in one command, as perf sees it: every system call and page fault of each process.

need_packages linux-perf libc6-dev
mountpoint -q /sys/kernel/tracing || mount -t tracefs none /sys/kernel/tracing
[ -d /sys/kernel/tracing/events/raw_syscalls ] || die "this kernel has no tracepoints of system calls (CONFIG_FTRACE_SYSCALLS)"
numbers=$(find /usr/include -path '*/asm/unistd_64.h' | head -n 1)

# The shell that perf starts, under a name that no other process has. All processors are watched, and not the shell's
# descendants alone: to hand the events on to a child would make each clone of a process several times as long.
cp /bin/busybox "$work/busybox"

# record EVENTS LOG COMMAND…: a command's events (events.awk), sorted by time; LOG is ocirun's, or empty.
record() {
    local events=$1 log=$2
    shift 2
    [ -z "$log" ] || rm -f "$log"
    # shellcheck disable=SC2016
    perf record -q -a -o "$work/perf" -m 4096 -k CLOCK_MONOTONIC -e 'raw_syscalls:*,exceptions:page_fault_user' \
        -e 'sched:sched_process_fork,sched:sched_process_exec,sched:sched_process_exit,sched:sched_switch' \
        -- "$work/busybox" sh -c '"$@"; exit $?' sh "$@" </dev/null >/dev/null
    perf script --ns -i "$work/perf" -F pid,tid,cpu,time,event,trace 2>/dev/null |
        awk -v shell_file="$work/busybox" -v log_file="$log" -f tests/Bench/events.awk "$numbers" - | sort -t '|' -k 1,1n >"$events"
}

# trace FILE: the run that took the median time of all rounds, for a viewer.
trace() {
    local round
    for ((round = 0; round < rounds; round++)); do
        record "$work/events.$round" "$work/log" ${program[ocirun]} --debug --log "$work/log" run --bundle "$work/default" "trace-$$"
    done
    round=$(for ((round = 0; round < rounds; round++)); do
        echo "$(awk -F '|' '$6 == "end of the process" { print $1 + $2 }' "$work/events.$round") $round"
    done | sort -n | sed -n "$(((rounds + 1) / 2))s/.* //p")
    mkdir -p "$(dirname "$1")"
    jq -R -s -c --arg command "ocirun run" -f tests/Bench/trace.jq "$work/events.$round" >"$1"
    jq -r -f tests/Bench/trace-check.jq "$1"
    echo "$1: open it in https://ui.perfetto.dev or chrome://tracing"
}

# gap WHAT COMMAND: where the wall time of a command goes, ocirun's beside the limit program's; "@" is the program's name.
gap() {
    local what=$1 line=$2 name round words id alone=()
    : >"$work/causes"
    # The first round warms the caches up.
    for ((round = 0; round <= rounds; round++)); do
        for name in ocirun limit; do
            id=gap-$$-$round-$name
            read -r -a words <<<"$(command $name ${line//@/$name})"
            if [ $name = ocirun ]; then words=("${words[0]}" --debug --log "$work/log" "${words[@]:1}"); fi
            record "$work/events" "$([ $name = limit ] || echo "$work/log")" "${words[@]//%/$id}"
            [ $round -eq 0 ] || perl tests/Bench/causes.pl "$work/events" | sed "s/^/$name|$round|/" >>"$work/causes"
        done
    done
    for name in ocirun limit; do alone+=("$name|$(command $name ${line//@/$name})"); done
    "$tools/measure" "$rounds" 100 "${alone[@]}" | awk -F '|' -v OFS='|' '{ print $1, "wall", $3 }' >>"$work/causes"
    awk -F '|' -v what="$what" -v rounds="$rounds" -f tests/Bench/gap.awk "$work/causes"
}
