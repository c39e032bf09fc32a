# What Kubernetes' kubelet asks of a node: the Container Runtime Interface, which containerd's plugin serves.
ours='^cgroup /sys/fs/cgroup/[^/]*/k8s.io$|^cgroup /sys/fs/cgroup/[^/]*/pods$|^link cni0|^mount /run/netns$'

export CRI_DEFINITION=$work/definition
# cri METHOD [JSON [FILTER]]: the answer, through jq's FILTER.
cri() { timeout -k 5 $limit "$tests/cri.py" "$1" "${2:-{\}}" | jq -c -r "${3:-.}"; }

mkdir -p /etc/containerd /etc/cni/net.d
# The pod's own process is a container of the image below. A process of this machine may not lower its OOM score.
{
    document containerd-extra
    cat <<'END'
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "docker.io/library/pause:latest"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
END
} >/etc/containerd/config.toml
cat >/etc/cni/net.d/10-bridge.conflist <<'END'
{"cniVersion": "0.4.0", "name": "pods", "plugins": [
  {"type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": false, "ipam": {"type": "host-local", "subnet": "10.88.0.0/16"}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
END

start_containerd() {
    containerd >>"$work/containerd.log" 2>&1 &
    echo $! >"$work/containerd.pid"
    disown
    await cri Version
    await says true cri Status '{}' '[.status.conditions[].status] | all'
}

load_images() {
    ctr --namespace k8s.io image import "$image"
    ctr --namespace k8s.io image import "$work/pause.tar"
    cri ListImages '{}' '[.images[].repoTags[]] | sort | join(" ")'
}

# A sandbox's or a container's configuration as the kubelet fills it in.
sandbox_config() {
    jq -n --arg name "$1" --arg logs "$work/logs" '{
        metadata: {name: $name, uid: $name, namespace: "default", attempt: 0}, hostname: $name, log_directory: $logs,
        linux: {cgroup_parent: "/pods", security_context: {namespace_options: {pid: "POD"}}}}' | jq -c ". * ${2:-{\}}"
}
container_config() {
    jq -n --arg name "$1" '{metadata: {name: $name, attempt: 0}, image: {image: "docker.io/library/busybox:latest"}, log_path: ($name + ".log"),
        command: ["sleep", "1000"], linux: {}}' | jq -c ". * ${2:-{\}}"
}
# container POD SANDBOX-CONFIG CONTAINER-CONFIG: makes it and starts it.
container() {
    local id
    id=$(cri CreateContainer "{\"pod_sandbox_id\": \"$1\", \"config\": $3, \"sandbox_config\": $2}" .containerId)
    cri StartContainer "{\"container_id\": \"$id\"}" empty
    echo "$id"
}
# words WORD…: as a JSON array.
words() {
    local word
    for word; do printf '%s' "$word" | jq -R -s .; done | jq -s -c .
}
status_of() { cri ContainerStatus "{\"container_id\": \"$1\"}" "${2:-.status.state}"; }
exec_sync() {
    local id=$1
    shift
    cri ExecSync "{\"container_id\": \"$id\", \"cmd\": $(words "$@"), \"timeout\": 30}" \
        '((.stdout // "") + (.stderr // "") | @base64d), "status \(.exitCode // 0)"'
}

must start 0 "" start_containerd
must images 0 "*docker.io/library/busybox:latest docker.io/library/pause:latest" load_images
check version 0 "containerd*" cri Version '{}' .runtimeName

pod_config=$(sandbox_config one '{"dns_config": {"servers": ["10.9.9.9"]}, "linux": {"sysctls": {"net.core.somaxconn": "4321"}}, "port_mappings": [{"container_port": 80, "host_port": 8080}]}')
run_pod() {
    cri RunPodSandbox "{\"config\": $pod_config, \"runtime_handler\": \"ocirun\"}" .podSandboxId >"$work/pod"
    cri PodSandboxStatus "{\"pod_sandbox_id\": \"$(cat "$work/pod")\"}" '.status.state + " " + .status.runtimeHandler + " " + .status.network.ip'
}
must run-pod 0 "SANDBOX_READY ocirun 10.88.*" run_pod
pod=$(cat "$work/pod")

start_first() {
    container "$pod" "$pod_config" "$(container_config first '{
        "command": ["sh", "-c", "echo out; echo err >&2; echo served >/tmp/index.html; exec httpd -f -p 80 -h /tmp"], "envs": [{"key": "NAME", "value": "value"}], "working_dir": "/usr/bin",
        "linux": {"resources": {"memory_limit_in_bytes": 67108864, "cpu_shares": 512, "cpu_quota": 50000, "cpu_period": 100000, "oom_score_adj": 500},
            "security_context": {"seccomp": {"profile_type": "RuntimeDefault"}, "masked_paths": ["/proc/keys"], "readonly_paths": ["/proc/sys"], "capabilities": {"drop_capabilities": ["MKNOD"]}}}}')" >"$work/first"
    status_of "$(cat "$work/first")"
}
must start-container 0 "CONTAINER_RUNNING" start_first
first=$(cat "$work/first")
cgroup() { cat "/sys/fs/cgroup/$1/pods/$first/$2"; }

start_second() {
    container "$pod" "$pod_config" "$(container_config second '{"linux": {"security_context": {"run_as_user": {"value": 1000}, "run_as_group": {"value": 1000}, "supplemental_groups": [2000],
        "no_new_privs": true, "readonly_rootfs": true, "namespace_options": {"pid": "POD"}}}}')" >"$work/second"
    status_of "$(cat "$work/second")"
}
must second-container 0 "CONTAINER_RUNNING" start_second
second=$(cat "$work/second")

check exec-sync 0 $'value /usr/bin\n\nstatus 0' exec_sync "$first" sh -c 'echo $NAME $PWD'
check exec-status 0 $'\nstatus 7' exec_sync "$first" sh -c 'exit 7'
check exec-missing 1 '*executable file not found in $PATH*' exec_sync "$first" nope
check exec-user 0 $'uid=1000(user) gid=1000(user) groups=*2000(extra)\n\nstatus 0' exec_sync "$second" id
check shared-namespaces 0 "*sleep 1000000*httpd*sleep 1000*status 0" exec_sync "$second" ps -o args
check seccomp-capabilities 0 "Seccomp:*2*CapBnd:*00000000a00425fb*" exec_sync "$first" sh -c 'grep -w Seccomp: /proc/self/status; grep CapBnd /proc/self/status'
check no-new-privileges 0 "NoNewPrivs:*1*status 0" exec_sync "$second" grep NoNewPrivs /proc/self/status
check read-only 0 "*Read-only file system*status 1" exec_sync "$second" touch /file
check pod-hostname-dns-sysctl 0 "one*nameserver 10.9.9.9*4321*status 0" exec_sync "$first" sh -c 'hostname; cat /etc/resolv.conf /proc/sys/net/core/somaxconn'
check pod-network 0 "served*status 0" exec_sync "$second" wget -q -O - http://127.0.0.1/
check pod-address 0 "served" busybox wget -q -O - "http://$(cri PodSandboxStatus "{\"pod_sandbox_id\": \"$pod\"}" .status.network.ip)/"
check host-port 0 "served" busybox wget -q -O - http://10.88.0.1:8080/
if [ ! -e /sys/fs/cgroup/cgroup.procs ]; then
    limits() { cgroup memory memory.limit_in_bytes; cgroup cpu cpu.shares; cgroup cpu cpu.cfs_quota_us; }
    check limits 0 $'67108864\n512\n50000' limits
    update() {
        cri UpdateContainerResources "{\"container_id\": \"$first\", \"linux\": {\"memory_limit_in_bytes\": 83886080, \"cpu_shares\": 256, \"cpu_quota\": 100000, \"cpu_period\": 100000}}" empty
        limits
    }
    check update 0 $'83886080\n256\n100000' update
fi
check stats 0 "true true" cri ContainerStats "{\"container_id\": \"$first\"}" '[(.stats.memory.workingSetBytes.value | tonumber > 0), (.stats.cpu.usageCoreNanoSeconds.value | tonumber > 0)] | join(" ")'
check stats-of-all 0 "first second" cri ListContainerStats '{}' '[.stats[].attributes.metadata.name] | sort | join(" ")'
logs() { await grep -q err "$work/logs/first.log"; cut -d ' ' -f 2- "$work/logs/first.log" | sort; }
check logs 0 $'stderr F err\nstdout F out' logs

exec_stream() {
    local url
    url=$(cri Exec "{\"container_id\": \"$first\", \"tty\": true, \"stdin\": true, \"stdout\": true, \"cmd\": $(words sh -c \
        'until [ "$(stty size)" = "33 77" ]; do sleep 0.01; done; tty; stty size; read line; echo "line $line"; exit 5')}" .url)
    echo typed | timeout $limit "$tests/cri.py" stream "$url" 33 77
}
check exec-terminal 5 "*/dev/pts/*33 77*line typed*" exec_stream
attach() {
    local id url
    id=$(container "$pod" "$pod_config" "$(container_config reader '{"command": ["sh", "-c", "read line; echo read $line; read line; exit 6"], "stdin": true}')")
    url=$(cri Attach "{\"container_id\": \"$id\", \"stdin\": true, \"stdout\": true, \"stderr\": true}" .url)
    { echo something; await grep -q something "$work/logs/reader.log"; echo more; } | timeout $limit "$tests/cri.py" stream "$url" || :
    await says CONTAINER_EXITED status_of "$id"
    status_of "$id" .status.exitCode
    cri RemoveContainer "{\"container_id\": \"$id\"}" empty
}
check attach 0 $'read something\n6' attach
port_forward() {
    printf 'GET / HTTP/1.0\r\n\r\n' | timeout $limit "$tests/cri.py" stream "$(cri PortForward "{\"pod_sandbox_id\": \"$pod\", \"port\": [80]}" .url)"
}
check port-forward 0 "HTTP/1.* 200 OK*served" port_forward

ends() {
    local id
    id=$(container "$pod" "$pod_config" "$(container_config "$1" "{\"command\": $(words sh -c "$2"), \"linux\": {\"resources\": {\"memory_limit_in_bytes\": 16777216, \"memory_swap_limit_in_bytes\": 16777216}}}")")
    await says CONTAINER_EXITED status_of "$id"
    status_of "$id" '"\(.status.exitCode // 0) \(.status.reason)"'
    cri RemoveContainer "{\"container_id\": \"$id\"}" empty
}
check exit-status 0 "3 Error" ends ended 'exit 3'
oom() {
    local end
    # containerd hears of the kill and of the end from two sources, and takes no notice of a kill that comes second.
    for _ in 1 2 3 4 5; do
        end=$(ends oom 'x=0123456789abcdef; while :; do x=$x$x; done')
        [[ $end != *OOMKilled ]] || break
    done
    echo "$end"
}
check oom 0 "137 OOMKilled" oom
missing() {
    local id
    id=$(cri CreateContainer "{\"pod_sandbox_id\": \"$pod\", \"config\": $(container_config missing '{"command": ["nope"]}'), \"sandbox_config\": $pod_config}" .containerId)
    status cri StartContainer "{\"container_id\": \"$id\"}" empty
    status_of "$id" '"\(.status.exitCode) \(.status.reason)"'
    cri RemoveContainer "{\"container_id\": \"$id\"}" empty
}
check missing-command 0 '*executable file not found in $PATH*status 1*128 StartError' missing

survives() {
    end "$(cat "$work/containerd.pid")" KILL
    start_containerd
    status_of "$first"
    exec_sync "$first" echo reached
}
check containerd-killed 0 $'CONTAINER_RUNNING\nreached\n\nstatus 0' survives
stop_container() {
    cri StopContainer "{\"container_id\": \"$second\", \"timeout\": 1}" empty
    status_of "$second" '"\(.status.state) \(.status.exitCode)"'
    cri RemoveContainer "{\"container_id\": \"$second\"}" empty
    cri ListContainers '{}' '[.containers[].metadata.name] | join(" ")'
}
check stop-remove-container 0 $'CONTAINER_EXITED 143\nfirst' stop_container

host_pod() {
    local config id container
    config=$(sandbox_config host '{"hostname": "", "linux": {"security_context": {"namespace_options": {"network": "NODE", "pid": "NODE", "ipc": "NODE"}}}}')
    id=$(cri RunPodSandbox "{\"config\": $config, \"runtime_handler\": \"ocirun\"}" .podSandboxId)
    container=$(container "$id" "$config" "$(container_config inhost '{"linux": {"security_context": {"namespace_options": {"network": "NODE", "pid": "NODE", "ipc": "NODE"}}}}')")
    for ns in net pid ipc uts; do
        [[ $(exec_sync "$container" readlink /proc/self/ns/$ns) != "$(readlink /proc/self/ns/$ns)"* ]] || echo $ns
    done
    cri StopPodSandbox "{\"pod_sandbox_id\": \"$id\"}" empty
    cri RemovePodSandbox "{\"pod_sandbox_id\": \"$id\"}" empty
}
check host-namespaces 0 $'net\npid\nipc\nuts' host_pod
stop_pod() {
    cri StopPodSandbox "{\"pod_sandbox_id\": \"$pod\"}" empty
    cri PodSandboxStatus "{\"pod_sandbox_id\": \"$pod\"}" .status.state
    cri RemovePodSandbox "{\"pod_sandbox_id\": \"$pod\"}" empty
    cri ListPodSandbox '{}' '.items | length'
}
check stop-remove-pod 0 $'SANDBOX_NOTREADY\n0' stop_pod

by_default() {
    end "$(cat "$work/containerd.pid")"
    document containerd-default >>/etc/containerd/config.toml
    start_containerd
    local config id
    config=$(sandbox_config default)
    id=$(cri RunPodSandbox "{\"config\": $config}" .podSandboxId)
    container=$(container "$id" "$config" "$(container_config indefault)")
    exec_sync "$container" echo default
    cri RemovePodSandbox "{\"pod_sandbox_id\": \"$id\"}" empty
}
check default-runtime 0 $'default\n\nstatus 0' by_default
check stop 0 "" end "$(cat "$work/containerd.pid")"
