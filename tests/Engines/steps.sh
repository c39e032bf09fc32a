# Sourced by engine.sh: how a step is written, and what a step may use.
#
#   check STEP STATUS OUTPUT COMMAND…
#
# runs COMMAND (a program or a function; a function stops at its first failing command), and passes when its exit
# status is STATUS and what it printed, standard error too, matches the pattern OUTPUT. The line
# "passed|failed<TAB>engines.ENGINE.RUNTIME.STEP" goes to the results.

# The longest that one command of an engine, or the wait for a condition, may take, in seconds. Far more than either
# needs: only a step that fails gets there.
limit=40

# report passed|failed STEP
report() {
    printf '%s\tengines.%s.%s.%s\n' "$1" "$engine" "$runtime" "$2" >>"$results"
}

check() {
    local step=$1 status=$2 pattern=$3 output got started=${EPOCHREALTIME/./}
    shift 3
    # A file, not a pipe: what a step leaves running in the background may keep it open.
    (set -euo pipefail; "$@") >"$work/output" 2>&1 </dev/null
    got=$?
    output=$(tr -d '\0\r' <"$work/output")
    # shellcheck disable=SC2053 # the right side is a pattern
    if [ $got -eq "$status" ] && [[ $output == $pattern ]]; then
        report passed "$step"
    else
        report failed "$step"
        printf '%s\n' "failed: engines.$engine.$runtime.$step" "  wanted status $status and output: $pattern" \
            "  got status $got and output: $output" >&2
        failed=yes
    fi
    [ -z "${ENGINES_TIMES-}" ] || echo "$(((${EPOCHREALTIME/./} - started) / 1000)) ms  $step" >&2
}

# must STEP STATUS OUTPUT COMMAND…: a check without which the others make no sense.
must() {
    failed=
    check "$@"
    [ -n "$failed" ] || return 0
    tail -n 20 "$work"/*.log >&2
    exit 1
}

# await COMMAND…: until it succeeds.
await() {
    local end=$((SECONDS + limit))
    until "$@" >"$work/await" 2>&1; do
        if [ $SECONDS -ge $end ]; then
            echo "not within $limit s: $*"
            cat "$work/await"
            return 1
        fi
        sleep 0.05
    done
}

# says PATTERN COMMAND…: whether what COMMAND prints matches.
says() {
    local pattern=$1 output
    shift
    output=$("$@" 2>&1) || :
    echo "$output"
    # shellcheck disable=SC2053
    [[ $output == $pattern ]]
}

# status COMMAND…: its output and then its exit status, for a command that is meant to fail.
status() {
    local status=0
    "$@" || status=$?
    echo "status $status"
}

# terminal ROWS COLUMNS COMMAND…: the program COMMAND on a terminal of that size, whose path is in $work/terminal. What
# is written to $work/keys is typed. It takes the place of the terminal's shell: one that stays between the two and gives
# COMMAND a process group of its own, as timeout does, would stop it at its first change to the terminal.
terminal() {
    local rows=$1 columns=$2
    shift 2
    rm -f "$work/keys" "$work/terminal"
    mkfifo "$work/keys"
    SHELL=/bin/sh timeout -k 5 $limit script -qec "tty >$work/terminal; stty rows $rows cols $columns; exec$(printf ' %q' "$@")" /dev/null <>"$work/keys"
}

# screen ROWS COLUMNS COMMAND…: the same in the background; what it shows is in $work/screen.
screen() {
    : >"$work/screen"
    terminal "$@" >"$work/screen" &
}

# For a shell in a container: which terminal it has, and its size once that has been set from outside.
sized='tty; until [ "$(stty size)" = "33 77" ]; do sleep 0.01; done; stty size'

# sized COMMAND…: COMMAND runs that shell, which then waits for a key: what a container writes as it ends may be lost with
# it (ctr does not wait for it, whatever the runtime).
sized() {
    screen 33 77 "$@" sh -c "$sized; read key"
    await grep -q "33 77" "$work/screen"
    echo >"$work/keys"
    wait $!
    cat "$work/screen"
}

gone() {
    ! kill -0 "$1" 2>/dev/null
}

# end PID [SIGNAL]: ends a daemon and waits until it is gone.
end() {
    kill "-${2:-TERM}" "$1"
    await gone "$1"
}

# document NAME: the fenced block NAME of docs/engines.md, with the path of the runtime that is looked at.
document() {
    sed -n "/^\`\`\`[a-z]* $1\$/,/^\`\`\`\$/{/^\`\`\`/d;p}" "$tests/../../docs/engines.md" \
        | sed "s|/usr/local/bin/ocirun|$program|g" | grep . || { echo "docs/engines.md has no block $1"; return 1; }
}

# What a container may leave nowhere: mounts, cgroups, processes, namespaces, network links, records of a runtime.
surroundings() {
    awk '{ print "mount " $2 }' /proc/self/mounts
    find /sys/fs/cgroup -mindepth 2 -type d -printf 'cgroup %p\n'
    ps -e -o args= | sed -n -e "/engine\.sh $engine $runtime/d" -e '/^ps -e/d' -e '/^sed -n/d' -e 's/^/process /p'
    lsns -n -o TYPE,NS | awk '{ print "namespace " $1 " " $2 }'
    ip -o link | awk -F ': ' '{ print "link " $2 }'
    find /run /var/lib -path '*/diff/*' -prune -o -name state.json -printf 'record %p\n'
}

# left_behind: what is there now and was not at the start, but for $ours, a pattern of grep for what the engine itself
# keeps.
left_behind() {
    surroundings >"$work/now"
    sort -u "$work/now" | comm -13 "$work/before" - | grep -v -E "${ours:-^$}" || :
}

# What an engine sends away goes in its own time.
settled() {
    await says "" left_behind || { left_behind; return 1; }
}
