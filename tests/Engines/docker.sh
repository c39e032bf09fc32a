# Docker Engine: the daemon, with the containerd that it starts itself, and its client. What its users type every day.
#
# Left out, as no runtime can do it on a machine without CAP_SYS_RESOURCE: --privileged (run and exec), a --ulimit above the hard
# limit, a negative --oom-score-adj. Nor --blkio-weight, which this kernel does not have.
ours='^cgroup /sys/fs/cgroup/[^/]*/(docker|test-parent)$|^link docker0|^mount (/var/lib/docker|/run/docker/netns/default)$'

docker() { timeout -k 5 $limit /usr/bin/docker "$@"; }

start_docker() {
    dockerd "$@" >>"$work/dockerd.log" 2>&1 &
    echo $! >"$work/dockerd.pid"
    disown
    await /usr/bin/docker version
}

stop_docker() { end "$(cat "$work/dockerd.pid")"; }

state() { docker inspect --format "{{.State.$2}}" "$1"; }
inspect() { docker inspect --format "$2" "$1"; }
cgroup_file() { cat "/sys/fs/cgroup/$1/docker/$(inspect "$2" '{{.Id}}')/$3"; }
mkdir -p /etc/docker

extra() {
    document docker-extra >/etc/docker/daemon.json
    start_docker
    docker load --quiet --input "$image"
    docker run --rm --runtime ocirun busybox echo by another runtime
    docker info --format '{{.DefaultRuntime}}'
    stop_docker
}
check extra-runtime 0 $'Loaded image: busybox:latest\nby another runtime\nrunc' extra
document docker-default >/etc/docker/daemon.json
must start 0 "" start_docker
check info 0 "ocirun" docker info --format '{{.DefaultRuntime}}'

# docker run
check run 0 "Hello World" docker run busybox echo "Hello World"
check ps-all 0 "*Exited (0)*" docker ps --all
remove_all() { docker ps --all --quiet | xargs timeout $limit /usr/bin/docker rm --force >/dev/null; }
check rm 0 "" remove_all
check run-status 42 "" docker run --rm busybox sh -c 'exit 42'
check run-missing 127 '*exec: "nope": executable file not found in $PATH*' docker run --rm busybox nope
check run-missing-path 127 '*no such file or directory*' docker run --rm busybox /nope
check run-not-executable 126 '*permission denied*' docker run --rm busybox /etc/passwd
# runc says "permission denied" when built with an old Go and "is a directory" with a newer one, which this Docker has as 125.
check run-directory 0 "*status 12[56]" status docker run --rm busybox /etc
check run-stdin 0 "typed" sh -c 'echo typed | timeout 60 /usr/bin/docker run --rm -i busybox cat'
check run-environment 0 "a b" docker run --rm -e "NAME=a b" busybox sh -c 'echo "$NAME"'
check run-directory-made 0 "/made/here" docker run --rm -w /made/here busybox pwd
check run-user 0 "uid=1000(user) gid=1000(user) groups=1000(user),2000(extra)" docker run --rm -u user busybox id
check run-user-ids 0 "uid=1234 gid=5678*" docker run --rm -u 1234:5678 busybox id
check run-group-add 0 "*4321*" docker run --rm --group-add 4321 busybox id -G
check run-hostname 0 "box" docker run --rm -h box busybox hostname
check run-add-host 0 "10.1.2.3*other*" docker run --rm --add-host other:10.1.2.3 busybox grep other /etc/hosts
check run-dns 0 "nameserver 10.1.1.1" docker run --rm --dns 10.1.1.1 busybox cat /etc/resolv.conf
check run-read-only 1 "*Read-only file system" docker run --rm --read-only busybox touch /file
check run-tmpfs 0 "tmpfs /scratch tmpfs rw,nosuid,nodev,noexec*size=1024k*" \
    docker run --rm --read-only --tmpfs /scratch:size=1m busybox sh -c 'touch /scratch/file; grep scratch /proc/mounts'
check run-init 0 "*1 /sbin/docker-init -- ps*" docker run --rm --init busybox ps -o pid,args
check run-label-and-name 0 "/named: value" sh -c "timeout 60 /usr/bin/docker run -d --name named --label key=value busybox true >/dev/null
    /usr/bin/docker inspect --format '{{.Name}}: {{.Config.Labels.key}}' named; /usr/bin/docker rm -f named >/dev/null"
check run-entrypoint 0 "-n hello" docker run --rm --entrypoint /bin/echo busybox '-n hello'
check run-cidfile 0 "64" sh -c "timeout 60 /usr/bin/docker run --rm --cidfile $work/cid busybox true; wc -c <$work/cid"

volumes() {
    mkdir -p "$work/shared"
    echo from the host >"$work/shared/file"
    docker run --rm -v "$work/shared:/shared" busybox sh -c 'cat /shared/file; echo from the container >/shared/answer'
    cat "$work/shared/answer"
    docker run --rm -v "$work/shared:/shared:ro" busybox touch /shared/file 2>&1 || :
    docker run --rm --mount "type=bind,source=$work/shared,target=/mounted,readonly" busybox cat /mounted/answer
    docker run --rm --mount type=tmpfs,target=/memory,tmpfs-size=1m busybox df /memory | tail -n 1
}
check volume-bind 0 $'from the host\nfrom the container\ntouch: /shared/file: Read-only file system\nfrom the container\ntmpfs *1024*/memory' volumes

named_volume() {
    docker volume create data
    docker run --rm -v data:/data busybox sh -c 'echo kept >/data/file'
    docker run --rm --mount source=data,target=/data busybox cat /data/file
    docker run -d --name holder -v data:/data busybox true >/dev/null
    docker run --rm --volumes-from holder busybox cat /data/file
    docker rm holder
    docker volume rm data
}
check volume-named 0 $'data\nkept\nkept\nholder\ndata' named_volume

# Confinement
check cap-drop 0 "CapEff:*0000000000000000" docker run --rm --cap-drop ALL busybox grep CapEff /proc/self/status
check cap-add 0 "CapEff:*0000000000001000" docker run --rm --cap-drop ALL --cap-add NET_ADMIN busybox grep CapEff /proc/self/status
check cap-default 0 "CapEff:*00000000a80425fb" docker run --rm busybox grep CapEff /proc/self/status
check cap-inheritable-empty 0 "CapInh:*0000000000000000" docker run --rm busybox grep CapInh /proc/self/status
check seccomp-default 1 "*Operation not permitted" docker run --rm busybox unshare -m true
check seccomp-status 0 "Seccomp:*2" docker run --rm busybox grep -w Seccomp: /proc/self/status
check seccomp-unconfined 0 "Seccomp:*0" docker run --rm --security-opt seccomp=unconfined busybox grep -w Seccomp: /proc/self/status
echo '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO"}]}' >"$work/profile.json"
check seccomp-profile 1 "*Operation not permitted" docker run --rm --security-opt "seccomp=$work/profile.json" busybox mkdir /new
check no-new-privileges 0 "NoNewPrivs:*1" docker run --rm --security-opt no-new-privileges busybox grep NoNewPrivs /proc/self/status
check masked-paths 0 "0" docker run --rm busybox sh -c 'wc -c </proc/keys'
check read-only-paths 1 "*Read-only file system" docker run --rm busybox sh -c 'echo 1 >/proc/sys/vm/swappiness'
check systempaths-unconfined 0 "" docker run --rm --security-opt systempaths=unconfined busybox sh -c '! grep " /proc/keys " /proc/mounts'
check device 0 "crw*10, 229*/dev/fuse" docker run --rm --device /dev/fuse busybox ls -l /dev/fuse
check device-renamed 0 "x*" docker run --rm --device /dev/zero:/dev/nought:r busybox sh -c 'echo x$(head -c 4 /dev/nought | wc -c)'
check device-denied 1 "*Operation not permitted" docker run --rm busybox sh -c 'mknod /tmp/kmsg c 1 11 && cat /tmp/kmsg'
check device-cgroup-rule 0 "" docker run --rm --device-cgroup-rule 'c 1:11 rwm' --cap-add SYSLOG busybox sh -c 'mknod /tmp/kmsg c 1 11 && : </tmp/kmsg'
check sysctl 0 "4321" docker run --rm --sysctl net.core.somaxconn=4321 busybox cat /proc/sys/net/core/somaxconn
check ulimit 0 $'64\n128' docker run --rm --ulimit nofile=64:128 busybox sh -c 'ulimit -S -n; ulimit -H -n'
check shm-size 0 "*2048*/dev/shm" docker run --rm --shm-size 2m busybox sh -c 'df /dev/shm | tail -n 1'
check oom-score 0 "500" docker run --rm --oom-score-adj 500 busybox cat /proc/self/oom_score_adj

# Namespaces
namespace_of() { docker run --rm "$@" busybox readlink "/proc/self/ns/$ns"; }
shared_with_host() {
    for ns in "$@"; do
        [ "$(namespace_of "--$ns" host)" = "$(readlink "/proc/self/ns/$ns")" ] && echo "$ns"
    done
}
host_network() { [ "$(docker run --rm --network host busybox readlink /proc/self/ns/net)" = "$(readlink /proc/self/ns/net)" ]; }
check host-pid-ipc-uts 0 $'pid\nipc\nuts' shared_with_host pid ipc uts
check host-network 0 "" host_network
check network-none 0 "lo" docker run --rm --network none busybox ls /sys/class/net
joined() {
    docker run -d --name first --ipc shareable busybox sleep 1000 >/dev/null
    docker run --rm --pid container:first --ipc container:first --network container:first busybox \
        sh -c 'ps -o args | grep "^sleep"; for ns in pid ipc net; do [ $(readlink /proc/1/ns/$ns) = $(readlink /proc/self/ns/$ns) ] && echo $ns; done'
    docker rm -f first
}
check joined-namespaces 0 $'sleep 1000\npid\nipc\nnet\nfirst' joined
if [ ! -e /sys/fs/cgroup/cgroup.procs ]; then
    check cgroupns-private 0 "*:/" docker run --rm --cgroupns private busybox grep :pids: /proc/self/cgroup
    check cgroupns-host 0 "*:/docker/*" docker run --rm --cgroupns host busybox grep :pids: /proc/self/cgroup
fi
check cgroup-parent 0 "*:/test-parent/*" docker run --rm --cgroupns host --cgroup-parent /test-parent busybox grep :pids: /proc/self/cgroup

# Resources
resources() {
    docker run -d --name limited -m 64m --memory-reservation 32m --memory-swap 128m --cpus 0.5 --cpu-shares 512 --cpuset-cpus 0 --pids-limit 20 busybox sleep 1000 >/dev/null
    cgroup_file memory limited memory.limit_in_bytes
    cgroup_file memory limited memory.soft_limit_in_bytes
    cgroup_file memory limited memory.memsw.limit_in_bytes
    cgroup_file cpu limited cpu.cfs_quota_us
    cgroup_file cpu limited cpu.shares
    cgroup_file cpuset limited cpuset.cpus
    cgroup_file pids limited pids.max
}
check resources 0 $'67108864\n33554432\n134217728\n50000\n512\n0\n20' resources
update() {
    docker update -m 80m --memory-swap 160m --cpus 1 --cpuset-cpus 0-1 --pids-limit 40 limited
    cgroup_file memory limited memory.limit_in_bytes
    cgroup_file cpu limited cpu.cfs_quota_us
    cgroup_file cpuset limited cpuset.cpus
    cgroup_file pids limited pids.max
    docker rm -f limited
}
check update 0 $'limited\n83886080\n100000\n0-1\n40\nlimited' update
check pids-limit 2 "*an't fork*" docker run --rm --pids-limit 20 busybox sh -c 'for i in $(seq 30); do sleep 100 & done; true'
oom() {
    local status killed
    # Docker hears of the kill and of the end from two sources, and takes no notice of a kill that comes second.
    for _ in 1 2 3 4 5; do
        status=0
        docker run --name oom -m 16m --memory-swap 16m busybox sh -c 'x=0123456789abcdef; while :; do x=$x$x; done' || status=$?
        killed=$(state oom OOMKilled)
        docker rm oom >/dev/null
        [ "$killed" != true ] || break
    done
    echo "status $status, killed $killed"
}
check oom 0 "status 137, killed true" oom

# Terminals
check terminal 0 "*/dev/pts/0*33 77*" sized /usr/bin/docker run --rm -it busybox
resize() {
    screen 33 77 /usr/bin/docker run --rm -it busybox sh -c \
        "$sized; until [ \"\$(stty size)\" = '20 40' ]; do sleep 0.01; done; read line; echo size \$(stty size), line \$line"
    await grep -q "33 77" "$work/screen"
    stty -F "$(cat "$work/terminal")" rows 20 cols 40
    echo typed >"$work/keys"
    wait $!
    cat "$work/screen"
}
check terminal-resize 0 "*size 20 40, line typed*" resize
interrupt() {
    screen 33 77 /usr/bin/docker run --rm -it busybox sh -c 'trap "echo caught; exit 9" INT; echo ready; while :; do sleep 0.1; done'
    await grep -q ready "$work/screen"
    printf '\003' >"$work/keys"
    wait $! || echo "status $?"
    cat "$work/screen"
}
check terminal-interrupt 0 "status 9*ready*caught*" interrupt

# Life
lifecycle() {
    docker create --name life busybox sh -c 'trap "echo bye; exit 3" TERM; echo up; while :; do sleep 0.1; done' >/dev/null
    state life Status
    docker start life
    await says "*up*" docker logs life
    docker pause life
    state life Status
    docker unpause life
    docker stop life
    state life ExitCode
    docker restart life
    state life Status
    docker kill --signal KILL life
    docker wait life
    docker logs life
    docker rm life
}
check lifecycle 0 $'created\nlife\nlife\npaused\nlife\nlife\n3\nlife\nrunning\nlife\n137\nup\nbye\nup\nlife' lifecycle
stop_grace() {
    docker run -d --name stubborn busybox sh -c 'trap "" TERM; while :; do sleep 0.1; done' >/dev/null
    docker stop -t 1 stubborn
    state stubborn ExitCode
    docker rm stubborn
}
check stop-grace 0 $'stubborn\n137\nstubborn' stop_grace
stop_paused() {
    docker run -d --name paused busybox sleep 1000 >/dev/null
    docker pause paused
    status docker exec paused true
    docker rm -f paused
}
check paused-exec-rm 0 $'paused\n*paused*\nstatus 1\npaused' stop_paused
attach() {
    docker run -d -i --name attached busybox sh -c 'read line; echo "read $line"; read line; exit 5' >/dev/null
    mkfifo "$work/typed"
    docker attach attached <>"$work/typed" >"$work/screen" &
    echo something >"$work/typed"
    await grep "read something" "$work/screen"
    echo more >"$work/typed"
    wait $! || echo "status $?"
    docker rm attached
}
check attach 0 $'status 5\nattached' attach
restart_policy() {
    docker run -d --name again --restart on-failure:2 busybox sh -c 'echo run; exit 1' >/dev/null
    await says 2 inspect again '{{.RestartCount}}'
    await says exited state again Status
    docker logs again
    docker rm again
}
check restart-policy 0 $'run\nrun\nrun\nagain' restart_policy
restart_always() {
    docker run -d --name always --restart always busybox true >/dev/null
    await says '[1-9]*' inspect always '{{.RestartCount}}'
    docker rm -f always
}
check restart-always 0 "always" restart_always
health() {
    docker run -d --name healthy --health-cmd 'test -e /ok' --health-interval 0.1s --health-retries 2 busybox sleep 1000 >/dev/null
    await says unhealthy inspect healthy '{{.State.Health.Status}}'
    docker exec healthy touch /ok
    await says healthy inspect healthy '{{.State.Health.Status}}'
    docker rm -f healthy
}
check health 0 "healthy" health

# Into a running container
check detached 0 "????????????????????????????????????????????????????????????????" docker run -d --name box -p 8080:80 -w /tmp -e KEPT=yes busybox sh -c 'echo served >index.html; echo log; echo error >&2; exec httpd -f -p 80'
check ps 0 "*busybox*Up*0.0.0.0:8080->80/tcp*box" docker ps
check exec 0 "*httpd -f -p 80*" docker exec box ps -o args
check exec-status 7 "" docker exec box sh -c 'exit 7'
check exec-missing 126 '*exec: "nope": executable file not found in $PATH*' docker exec box nope
check exec-not-executable 126 '*permission denied*' docker exec box /etc/passwd
check exec-user 0 "uid=1000(user) gid=1000(user) groups=1000(user),2000(extra)" docker exec -u user box id
check exec-directory-environment 0 "/usr/bin yes new" docker exec -w /usr/bin -e NEW=new box sh -c 'echo $PWD $KEPT $NEW'
check exec-stdin 0 "typed" sh -c 'echo typed | timeout 60 /usr/bin/docker exec -i box cat'
check exec-terminal 0 "*/dev/pts/*33 77*" sized /usr/bin/docker exec -it box
check exec-capabilities 0 "CapEff:*0000000000000000" docker exec -u user box grep CapEff /proc/self/status
exec_detached() { docker exec -d box sh -c 'echo done >/tmp/detached'; await docker exec box test -s /tmp/detached; docker exec box cat /tmp/detached; }
check exec-detached 0 "done" exec_detached
check top 0 "UID*httpd -f -p 80*" docker top box
check top-columns 0 "PID*COMMAND*httpd*" docker top box -o pid,comm
check stats 0 "box*/*%*" docker stats --no-stream --format '{{.Name}} {{.MemUsage}} {{.CPUPerc}} {{.PIDs}}' box
check logs 0 $'error\nlog' sh -c '/usr/bin/docker logs box 2>&1 | sort'
check inspect 0 "running ocirun true" docker inspect --format '{{.State.Status}} {{.HostConfig.Runtime}} {{.State.Running}}' box
check diff 0 "*A /tmp/index.html*" docker diff box
copy() {
    echo sent >"$work/sent"
    docker cp "$work/sent" box:/tmp/sent
    docker exec box cat /tmp/sent
    docker cp box:/etc/passwd "$work/received"
    head -n 1 "$work/received"
}
check cp 0 $'sent\nroot:x:0:0:root:/root:/bin/sh' copy
address() { inspect box '{{.NetworkSettings.IPAddress}}'; }
check bridge 0 "served" docker run --rm busybox wget -q -O - "http://$(address)/"
check published 0 "served" busybox wget -q -O - http://127.0.0.1:8080/
check port 0 "0.0.0.0:8080" sh -c "/usr/bin/docker port box 80 | head -n 1"
check link 0 "served" docker run --rm --link box:server busybox wget -q -O - http://server/
user_network() {
    docker network create inner >/dev/null
    docker run -d --name server --network inner busybox sh -c 'echo by name >/tmp/index.html; exec httpd -f -p 80 -h /tmp' >/dev/null
    docker run --rm --network inner busybox sh -c 'until wget -q -O - http://server/ 2>/dev/null; do sleep 0.1; done'
    docker network connect bridge server
    docker exec server ls /sys/class/net
    docker rm -f server
    docker network rm inner
}
check user-network 0 $'by name\neth0\neth1\nlo\nserver\ninner' user_network
commit() {
    docker commit --message changed box changed >/dev/null
    docker run --rm --entrypoint cat changed /tmp/index.html
    docker history --format '{{.Comment}}' changed | head -n 1
    docker rmi changed >/dev/null
}
check commit 0 $'served\nchanged' commit
check rename-rm 0 $'other' sh -c '/usr/bin/docker rename box other && timeout 60 /usr/bin/docker rm -f other'

# Images
build() {
    mkdir -p "$work/context"
    printf '%s\n' 'FROM busybox' 'ARG WHO=nobody' 'ENV WHO=$WHO' 'COPY file /copied' 'RUN cat /copied >/run-by-build && id -u >>/run-by-build' \
        'WORKDIR /work' 'USER user' 'HEALTHCHECK NONE' 'CMD echo "$WHO in $PWD: $(cat /run-by-build)"' >"$work/context/Dockerfile"
    echo copied >"$work/context/file"
    DOCKER_BUILDKIT=0 docker build --quiet --build-arg WHO=somebody --tag built "$work/context" >/dev/null
    docker run --rm built
    docker images --format '{{.Repository}}:{{.Tag}}' built
    docker rmi built >/dev/null
}
check build 0 $'somebody in /work: copied\n0\nbuilt:latest' build
build_fails() {
    printf '%s\n' 'FROM busybox' 'RUN exit 33' >"$work/context/Dockerfile"
    DOCKER_BUILDKIT=0 docker build --force-rm --tag built "$work/context"
}
check build-fails 33 "*returned a non-zero code: 33*" build_fails
save() { docker save busybox | docker load; docker images --format '{{.Repository}}'; }
check save-load-images 0 "*busybox*" save
import() { docker run --name exported busybox touch /mark; docker export exported | docker import - imported >/dev/null; docker run --rm imported ls /mark; docker rmi imported >/dev/null; docker rm exported; }
check export-import 0 $'/mark\nexported' import

# Load and faults
at_once() {
    local number pids=() pid
    for ((number = 0; number < $1; number++)); do
        docker "${@:2}" sh -c "echo $number" &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do wait "$pid"; done
}
load() {
    local round
    for ((round = 0; round < ${ENGINES_ROUNDS:-1}; round++)); do
        at_once 20 run --rm busybox | sort -n | xargs
    done | uniq -c
    await says "" docker ps --all --format '{{.Names}} {{.Command}} {{.Status}}'
}
check load-20-at-once 0 "*${ENGINES_ROUNDS:-1} 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19" load
execs() {
    docker run -d --name busy busybox sleep 1000 >/dev/null
    at_once 100 exec busy | sort -n | xargs
    docker rm -f busy
}
check exec-100-at-once 0 $'0 1 2 * 98 99\nbusy' execs
shim_killed() {
    docker run -d --name orphan busybox sleep 1000 >/dev/null
    kill -KILL "$(pgrep -f "containerd-shim.*-id $(inspect orphan '{{.Id}}') ")"
    await says exited state orphan Status
    docker rm orphan
    docker run --rm --name orphan busybox echo again
}
check shim-killed 0 $'orphan\nagain' shim_killed
daemon_killed() {
    stop_docker
    start_docker --live-restore
    docker run -d --name survivor busybox sleep 1000 >/dev/null
    docker create --name created busybox echo started >/dev/null
    local pid
    pid=$(state survivor Pid)
    end "$(cat "$work/dockerd.pid")" KILL
    start_docker --live-restore
    [ "$(state survivor Pid)" = "$pid" ]
    state survivor Status
    docker exec survivor echo reached
    docker start --attach created
    docker rm -f survivor created
    stop_docker
}
check daemon-killed 0 $'running\nreached\nstarted\nsurvivor\ncreated' daemon_killed

remapped() {
    echo dockremap:200000:65536 | tee /etc/subuid >/etc/subgid
    echo dockremap:x:990:990::/nonexistent:/bin/false >>/etc/passwd
    echo dockremap:x:990: >>/etc/group
    chmod 711 "$work"
    start_docker --userns-remap dockremap --iptables=false --bridge=none
    docker load --quiet --input "$image"
    docker run --rm --network none busybox sh -c 'id -u; cat /proc/self/uid_map; touch /file && ls -n /file'
    docker run -d --name mapped --network none busybox sleep 1000 >/dev/null
    docker exec mapped id -u
    stat -c %u "/proc/$(state mapped Pid)"
    docker rm -f mapped
    stop_docker
}
check userns-remap 0 $'Loaded image: busybox:latest\n0\n *0 *200000 *65536\n*0 *0 */file\n0\n200000\nmapped' remapped
