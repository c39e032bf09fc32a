# Podman with conmon, and Buildah.
#
# Left out, as no runtime can do it on a machine without CAP_SYS_RESOURCE: --privileged, Podman's default limits, which
# containers.conf replaces below. Nor --cgroup-manager systemd, as there is no systemd.
# Of a pod's cgroups it removes those of the v1 controllers alone.
ours='^cgroup /sys/fs/cgroup/[^/]*/libpod_parent(/conmon)?$|^cgroup /sys/fs/cgroup/(systemd|unified)/libpod_parent/[0-9a-f]{64}$|^link cni-podman|^mount (/run/netns|/var/lib/containers/storage/overlay)$'

podman() { timeout -k 5 $limit /usr/bin/podman "$@"; }
buildah() { timeout -k 5 $limit /usr/bin/buildah "$@"; }
state() { podman inspect --format "{{.State.$2}}" "$1"; }

mkdir -p /etc/containers /etc/cni/net.d
echo '{"default":[{"type":"insecureAcceptAnything"}]}' >/etc/containers/policy.json
printf '%s\n' '[storage]' 'driver = "overlay"' 'runroot = "/run/containers/storage"' 'graphroot = "/var/lib/containers/storage"' \
    >/etc/containers/storage.conf
machine='[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
'
printf '%s\n' "$machine" '[engine]' 'events_logger = "file"' >/etc/containers/containers.conf

must load 0 "Loaded image*busybox:latest" podman load --quiet --input "$image"
extra() { eval "$(document podman-extra)"; }
check extra-runtime 0 "Hello World" extra
# Without a systemd there is no journal for Podman's events.
{ echo "$machine"; document podman-default; } | sed '/^\[engine\]$/a events_logger = "file"' >/etc/containers/containers.conf
check info 0 "*$program" podman info --format '{{.Host.OCIRuntime.Name}} {{.Host.OCIRuntime.Path}}'

check run 0 "Hello World" podman run busybox echo "Hello World"
check ps-all 0 "*Exited (0)*" podman ps --all
remove_all() { podman rm --all --force >/dev/null; podman ps --all --quiet; }
check rm-all 0 "" remove_all
check run-status 42 "" podman run --rm busybox sh -c 'exit 42'
check run-missing 127 '*exec: "nope": executable file not found in $PATH*OCI runtime attempted to invoke a command that was not found*' podman run --rm busybox nope
check run-not-executable 126 '*permission denied*OCI permission denied*' podman run --rm busybox /etc/passwd
check run-stdin 0 "typed" sh -c 'echo typed | timeout 40 /usr/bin/podman run --rm -i busybox cat'
check run-environment 0 "a b" podman run --rm -e "NAME=a b" busybox sh -c 'echo "$NAME"'
check run-user 0 "uid=1000(user) gid=1000(user) groups=1000(user),2000(extra)" podman run --rm -u user busybox id
check run-directory 0 "/usr/bin" podman run --rm -w /usr/bin busybox pwd
check run-read-only 1 "*Read-only file system" podman run --rm --read-only busybox touch /file
check run-tmpfs 0 "*size=1024k*" podman run --rm --tmpfs /scratch:size=1m busybox grep scratch /proc/mounts
check run-init 0 "*1 /*init -- ps*" podman run --rm --init busybox ps -o pid,args
check run-volume 0 "kept" sh -c "timeout 40 /usr/bin/podman run --rm -v data:/data busybox sh -c 'echo kept >/data/file'
    timeout 40 /usr/bin/podman run --rm -v data:/data:ro busybox cat /data/file; /usr/bin/podman volume rm data >/dev/null"
check cap-drop 0 "CapEff:*0000000000000000" podman run --rm --cap-drop ALL busybox grep CapEff /proc/self/status
check seccomp 0 "Seccomp:*2" podman run --rm busybox grep -w Seccomp: /proc/self/status
check device 0 "crw*10, 229*/dev/fuse" podman run --rm --device /dev/fuse busybox ls -l /dev/fuse
check sysctl 0 "4321" podman run --rm --sysctl net.core.somaxconn=4321 busybox cat /proc/sys/net/core/somaxconn
check ulimit 0 $'64\n128' podman run --rm --ulimit nofile=64:128 --ulimit nproc=100:100 busybox sh -c 'ulimit -S -n; ulimit -H -n'
check network-none 0 "lo" podman run --rm --network none busybox ls /sys/class/net
check network-host 0 "" sh -c '[ $(timeout 40 /usr/bin/podman run --rm --network host busybox readlink /proc/self/ns/net) = $(readlink /proc/self/ns/net) ]'
check pid-host 0 "" sh -c '[ $(timeout 40 /usr/bin/podman run --rm --pid host busybox readlink /proc/self/ns/pid) = $(readlink /proc/self/ns/pid) ]'
check uidmap 0 "0 *100000 *65536"$'\n'"*0 *0 */file" podman run --rm --uidmap 0:100000:65536 busybox \
    sh -c 'sed "s/^ *//" /proc/self/uid_map; touch /file; ls -n /file'
check terminal 0 "*/dev/pts/0*33 77*" sized /usr/bin/podman run --rm -it busybox
check oom 0 $'status 137' status podman run --rm -m 16m --memory-swap 16m busybox sh -c 'x=0123456789abcdef; while :; do x=$x$x; done'
check detached 0 "????????????????????????????????????????????????????????????????" podman run -d --name box -p 8080:80 -w /tmp -m 64m --pids-limit 100 \
    busybox sh -c 'echo served >index.html; echo log; exec httpd -f -p 80'
check ps 0 "*box" podman ps
check exec 0 "*httpd -f -p 80*" podman exec box ps -o args
check exec-status 7 "" podman exec box sh -c 'exit 7'
check exec-missing 127 '*nope*not found*' podman exec box nope
check exec-user 0 "uid=1000(user) gid=1000(user) groups=*2000(extra)" podman exec -u user box id
check exec-environment 0 "/usr/bin new" podman exec -w /usr/bin -e NEW=new box sh -c 'echo $PWD $NEW'
check exec-terminal 0 "*/dev/pts/*33 77*" sized /usr/bin/podman exec -it box
exec_detached() { podman exec -d box touch /detached >/dev/null; await podman exec box test -e /detached; }
check exec-detached 0 "" exec_detached
check logs 0 "log" podman logs box
check top 0 "*httpd -f -p 80*" podman top box
check stats 0 "box*67.11MB*" podman stats --no-stream --format '{{.Name}} {{.MemUsage}}' box
check inspect 0 "running ocirun" podman inspect --format '{{.State.Status}} {{.OCIRuntime}}' box
check bridge 0 "served" podman run --rm busybox sh -c "wget -q -O - http://$(podman inspect --format '{{.NetworkSettings.IPAddress}}' box 2>/dev/null)/"
check published 0 "served" busybox wget -q -O - http://127.0.0.1:8080/
pause() { podman pause box; state box Status; podman unpause box; state box Status; }
check pause 0 $'box\npaused\nbox\nrunning' pause
update() { podman exec box cat /sys/fs/cgroup/memory/memory.limit_in_bytes; }
[ -e /sys/fs/cgroup/cgroup.procs ] || check memory 0 "67108864" update
commit() { podman commit --quiet box changed >/dev/null; podman run --rm changed cat /tmp/index.html; podman rmi changed >/dev/null; }
check commit 0 "served" commit
copy() { echo sent >"$work/sent"; podman cp "$work/sent" box:/tmp/sent; podman exec box cat /tmp/sent; podman cp box:/etc/hostname "$work/received"; }
check cp 0 "sent" copy
checkpoint_refused() { podman container checkpoint box; }
check checkpoint-refused 125 "*heckpoint*" checkpoint_refused
restart() { podman restart --time 1 box; state box Status; podman stop --time 1 box; state box ExitCode; podman rm box; }
check restart-stop-rm 0 "*running*137*" restart
kill_wait() {
    podman run -d --name life busybox sh -c 'trap "exit 9" USR1; echo up; while :; do sleep 0.1; done' >/dev/null
    await says up podman logs life
    podman kill --signal USR1 life
    podman wait life
    podman rm life >/dev/null
}
check kill-wait 0 $'life\n9' kill_wait
health() {
    podman run -d --name healthy --health-cmd 'test -e /ok' --health-interval disable busybox sleep 1000 >/dev/null
    status podman healthcheck run healthy
    podman exec healthy touch /ok
    status podman healthcheck run healthy
    podman rm --force --time 0 healthy >/dev/null
}
check health 0 $'*status 1\nstatus 0' health

pod() {
    podman pod create --name pod --share net,ipc,uts,pid >/dev/null
    podman run -d --pod pod --name first busybox sleep 1000 >/dev/null
    podman run --rm --pod pod busybox sh -c 'ps -o args | grep "^sleep 1000"; for ns in net ipc uts pid; do [ $(readlink /proc/1/ns/$ns) = $(readlink /proc/self/ns/$ns) ] && echo $ns; done'
    podman pod ps --format '{{.Name}} {{.Status}} {{.NumberOfContainers}}'
    podman pod stop --time 1 pod >/dev/null 2>&1
    podman pod rm --force pod >/dev/null
}
check pod 0 $'sleep 1000\nnet\nipc\nuts\npid\npod Running 2' pod
kube() {
    cat >"$work/pod.yaml" <<'END'
apiVersion: v1
kind: Pod
metadata:
  name: kube
spec:
  restartPolicy: Never
  containers:
  - name: web
    image: docker.io/library/busybox:latest
    imagePullPolicy: Never
    command: [sh, -c, "echo by kube >/tmp/index.html; exec httpd -f -p 80 -h /tmp"]
    securityContext:
      runAsUser: 0
      capabilities: {drop: [MKNOD]}
  - name: client
    image: docker.io/library/busybox:latest
    imagePullPolicy: Never
    command: [sleep, "1000"]
END
    podman play kube "$work/pod.yaml" >/dev/null
    podman exec kube-client sh -c 'until wget -q -O - http://127.0.0.1/ 2>/dev/null; do sleep 0.1; done'
    podman play kube --down "$work/pod.yaml" >/dev/null
    podman ps --all --quiet
}
check play-kube 0 "by kube" kube

# Buildah
bud() {
    mkdir -p "$work/context"
    printf '%s\n' 'FROM busybox' 'ARG WHO=nobody' 'ENV WHO=$WHO' 'COPY file /copied' 'RUN cat /copied >/by-build && id -u >>/by-build' \
        'USER user' 'CMD echo "$WHO: $(cat /by-build)"' >"$work/context/Dockerfile"
    echo copied >"$work/context/file"
    cd "$work/context"
    eval "$(document buildah-extra | sed 's/--tag/--build-arg WHO=somebody --tag/')" >/dev/null 2>&1
    podman run --rm image
    podman rmi image >/dev/null
}
check buildah-bud 0 $'somebody: copied\n0' bud
bud_fails() {
    printf '%s\n' 'FROM busybox' 'RUN exit 33' >"$work/context/Dockerfile"
    buildah bud --isolation oci --runtime "$program" "$work/context"
}
check buildah-bud-fails 33 "*exit status 33*" bud_fails
without_ambient() { "$@" 2>&1 | grep -v 'level=warning msg="ignoring ambient capabilities'; }
from_run() {
    local container
    container=$(buildah from --pull-never busybox)
    buildah run --isolation oci --runtime "$program" "$container" sh -c 'echo in; touch /mark'
    status buildah run --isolation oci --runtime "$program" "$container" sh -c 'ls /mark; exit 5'
    status buildah run --isolation oci --runtime "$program" --user 1000 "$container" id -u
    status buildah run --isolation oci --runtime "$program" "$container" nope
    buildah rm "$container" >/dev/null
}
# This Buildah asks for ambient capabilities that are not inheritable, which the kernel does not grant: ocirun says so.
check buildah-run 0 $'in\n/mark\n*status 5\n1000\nstatus 0\n*nope*not found*status [1-9]*' without_ambient from_run
podman_build() { podman build --quiet --tag built "$work/context"; }
check podman-build-fails 33 "*" podman_build

# As a user without privileges: no cgroups on v1, an id mapping by newuidmap.
rootless() {
    echo rootless:x:4242:4242::/run/rootless:/bin/sh >>/etc/passwd
    echo rootless:x:4242: >>/etc/group
    echo rootless:300000:65536 | tee /etc/subuid >/etc/subgid
    mkdir -p /run/rootless /run/user/4242
    chown 4242:4242 /run/rootless /run/user/4242
    chmod 644 "$image"
    as_user() {
        (cd /run/rootless && setpriv --reuid 4242 --regid 4242 --init-groups env HOME=/run/rootless XDG_RUNTIME_DIR=/run/user/4242 TMPDIR=/run/rootless \
            timeout -k 5 $limit podman --storage-driver vfs "$@")
    }
    as_user load --quiet --input "$image"
    as_user run --rm --network none busybox sh -c 'id -u; sed "s/  */ /g" /proc/self/uid_map'
    as_user run -d --name box --network none busybox sleep 1000 >/dev/null
    as_user exec box id -u
    as_user rm --force --time 0 box >/dev/null
    as_user system migrate
}
check rootless 0 $'*Loaded image*\n0\n 0 4242 1\n 1 300000 65536\n0' rootless

# Load and faults
parallel() {
    local number pids=() pid
    for ((number = 0; number < 20; number++)); do
        podman run --rm --network none busybox echo "$number" &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do wait "$pid"; done
}
load() { parallel | sort -n | xargs; podman ps --all --quiet; }
check load-20-at-once 0 "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19" load
execs() {
    local number pids=() pid
    podman run -d --name busy --network none busybox sleep 1000 >/dev/null
    for ((number = 0; number < 50; number++)); do
        podman exec busy echo "$number" &
        pids+=($!)
    done | sort -n | xargs
    podman rm --force --time 0 busy
}
check exec-50-at-once 0 $'0 1 2 * 48 49\n*' execs
conmon_killed() {
    podman run -d --name orphan --network none busybox sleep 1000 >/dev/null
    local id
    id=$(podman inspect --format '{{.Id}}' orphan)
    kill -KILL "$(state orphan ConmonPid)"
    podman rm --force --time 0 orphan
    # Without conmon nobody asks the runtime to delete it.
    "$program" delete --force "$id"
    podman run --rm --name orphan --network none busybox echo again
}
check conmon-killed 0 "*again" conmon_killed
check clean 0 "" remove_all
