# containerd and its own client ctr.
ours='^cgroup /sys/fs/cgroup/[^/]*/default$'
busybox=docker.io/library/busybox:latest

ctr() { timeout -k 5 $limit /usr/bin/ctr "$@"; }
ctr_run() { ctr run --runc-binary "$program" "$@"; }

# heard COMMAND…: again while it says nothing. ctr reads a container's output only once it has opened its end, which it does
# on the side: what a container that ends at once has written before that is lost, whatever the runtime.
heard() {
    local output status
    for _ in 1 2 3 4 5; do
        status=0
        output=$("$@" 2>&1) || status=$?
        [ -z "$output" ] || break
    done
    echo "$output"
    return $status
}

start_containerd() {
    containerd >>"$work/containerd.log" 2>&1 &
    echo $! >"$work/containerd.pid"
    disown
    await /usr/bin/ctr version
}

# Kubernetes' plugin has a file of its own.
mkdir -p /etc/containerd
printf '%s\n' 'version = 2' 'disabled_plugins = ["io.containerd.grpc.v1.cri"]' >/etc/containerd/config.toml

task_status() { ctr task ls | awk -v id="$1" '$1 == id { print $3 }'; }
task_pid() { ctr task ls | awk -v id="$1" '$1 == id { print $2 }'; }

# remove ID: whatever its state.
remove() {
    ctr task kill -s KILL "$1"
    await says STOPPED task_status "$1"
    ctr task delete "$1" >/dev/null 2>&1 || :
    ctr container delete "$1"
}

parallel_runs() {
    local number pids=()
    for ((number = 0; number < 20; number++)); do
        heard ctr_run --rm $busybox "many$number" echo "$number" &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do wait "$pid"; done
}

# 100 by the runtime itself: that many at once block this containerd's shim for ever, whatever the runtime.
parallel_execs() {
    local number pids=()
    for ((number = 0; number < 100; number++)); do
        timeout $limit "$program" --root /run/containerd/runc/default exec one echo "$number" &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do wait "$pid"; done
}

sorted() { "$@" | sort -n | tr '\n' ' '; }

must start 0 "" start_containerd
must import 0 "*busybox*done*" ctr image import "$image"

documented() { eval "$(document containerd-ctr)"; }
check run 0 "Hello World" heard documented
check run-status 7 "" ctr_run --rm $busybox status sh -c "exit 7"
check run-missing 1 "*exec: \"nope\": executable file not found in \$PATH*" ctr_run --rm $busybox missing nope
check run-not-executable 1 "*exec: \"/etc/passwd\": permission denied*" ctr_run --rm $busybox notexec /etc/passwd
check run-environment 0 "value" heard ctr_run --rm --env NAME=value $busybox env sh -c 'echo $NAME'
check run-directory 0 "/usr/bin" heard ctr_run --rm --cwd /usr/bin $busybox cwd pwd
check run-read-only 1 "*Read-only file system" heard ctr_run --rm --read-only $busybox readonly touch /file
check run-mount 0 "*Read-only*image.tar*" heard ctr_run --rm --mount "type=bind,src=$work,dst=/mnt,options=rbind:ro" $busybox mount \
    sh -c '! touch /mnt/file 2>&1 && ls /mnt'
check run-host-network 0 "engines" heard ctr_run --rm --net-host $busybox host hostname
check run-device 0 "crw*10, 229*" heard ctr_run --rm --device /dev/fuse $busybox device ls -l /dev/fuse
check run-capabilities 0 "CapEff:?0000000000000001" heard ctr_run --rm \
    $(printf -- '--cap-drop CAP_%s ' DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP \
        NET_BIND_SERVICE SYS_CHROOT KILL AUDIT_WRITE) $busybox caps grep CapEff /proc/self/status
check run-seccomp 0 "Seccomp:?2" heard ctr_run --rm --seccomp $busybox seccomp grep -w Seccomp: /proc/self/status
check run-privileged 0 "*rw*" heard ctr_run --rm --privileged $busybox privileged \
    sh -c 'mount -t tmpfs tmpfs /mnt && grep " /mnt " /proc/mounts'
check run-terminal 0 "*/dev/pts/0*33 77*" sized /usr/bin/ctr run --rm --tty --runc-binary "$program" $busybox tty
check run-20-at-once 0 "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 " sorted parallel_runs

pid_file() {
    ctr_run -d --pid-file "$work/one.pid" $busybox one sleep 1000
    [ "$(cat "$work/one.pid")" = "$(task_pid one)" ] && task_status one
}
check detached 0 "RUNNING" pid_file
limits() {
    ctr_run -d --memory-limit 67108864 --cpus 0.5 --cpu-shares 512 $busybox limited sleep 1000
    cat /sys/fs/cgroup/{memory/default/limited/memory.limit_in_bytes,cpu/default/limited/{cpu.cfs_quota_us,cpu.shares}}
    remove limited
}
check limits 0 $'67108864\n50000\n512' limits
check joined-namespaces 0 "*1 sleep 1000*" heard ctr_run --rm --with-ns "pid:/proc/$(cat "$work/one.pid")/ns/pid" $busybox joined ps -o pid,args
check exec 0 "*1 sleep 1000*" heard ctr task exec --exec-id e one ps -o pid,args
check exec-status 3 "" ctr task exec --exec-id e one sh -c 'exit 3'
check exec-missing 1 "*exec: \"nope\": executable file not found in \$PATH*" ctr task exec --exec-id e one nope
check exec-user 0 "uid=1000* gid=1000*" heard ctr task exec --exec-id e --user 1000:1000 one id
check exec-terminal 0 "*33 77*" sized /usr/bin/ctr task exec --exec-id e --tty one
check exec-100-at-once 0 "0 1 2 3 * 98 99 " sorted parallel_execs
check ps 0 "PID*$(cat "$work/one.pid")*" ctr task ps one
check metrics 0 "*memory.usage_in_bytes*pids.current*1*" ctr task metrics one

paused() { ctr task pause one; task_status one; ctr task resume one; task_status one; }
check pause-resume 0 $'PAUSED\nRUNNING' paused
check checkpoint-refused 1 "*did not terminate successfully*" ctr task checkpoint one

ignored() { ctr task kill -s USR1 one; heard ctr task exec --exec-id e one sh -c 'kill -0 1 && echo lives'; }
check kill-ignored 0 "lives" ignored
check delete-running 1 "*must be stopped before deletion*" ctr task delete one
check kill-delete 0 "" remove one
check kill-again 1 "*not found*" ctr task kill one
check id-is-free 0 "again" heard ctr_run --rm $busybox one echo again

# Kill: the container has to survive the engine, and the engine its container's shim.
engine_killed() {
    ctr_run -d $busybox survivor sh -c 'while :; do sleep 1000; done'
    local pid
    pid=$(task_pid survivor)
    end "$(cat "$work/containerd.pid")" KILL
    start_containerd
    [ "$(task_pid survivor)" = "$pid" ]
    task_status survivor
    heard ctr task exec --exec-id e survivor echo reached
    remove survivor
}
check engine-killed 0 $'RUNNING\nreached' engine_killed

shim_killed() {
    ctr_run -d $busybox orphan sleep 1000
    local pid shim
    pid=$(task_pid orphan)
    shim=$(pgrep -f "containerd-shim-runc-v2 .*-id orphan ")
    kill -KILL "$shim"
    await gone "$pid"
    # Its task goes once containerd has noticed, and its name a moment later.
    await says "" task_status orphan
    ctr container delete orphan
    await says again ctr_run --rm $busybox orphan echo again
    cat "$work/await"
}
check shim-killed 0 "again" shim_killed

check stop 0 "" end "$(cat "$work/containerd.pid")"
