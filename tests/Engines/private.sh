#!/bin/bash
# Runs a command as if the machine were its own: with namespaces, cgroups and system directories that end with it.
#
#   private.sh WORK COMMAND…
#
# WORK is a directory on a disk (overlay mounts want one); /var/lib of the command is in it. The command and all that
# it starts see
#   - namespaces of their own: mount, network (with lo), UTS, IPC, PID, cgroup;
#   - one cgroup of their own as the root of every hierarchy, so that a second run beside this one has other cgroups;
#   - an empty /run, /var/lib and /usr/local/bin, and a copy of /etc in memory: engines run with their default paths,
#     and the lines of docs/engines.md are tried where a user puts them.
# When the command ends, the kernel kills what is left. The exit status is the command's.
set -euo pipefail

work=$1
shift

# mount_cgroups: every hierarchy there is, also one that the machine has not mounted (containerd's metrics want all),
# as this process' cgroup namespace shows it.
mount_cgroups() {
    local controllers directory
    while umount -R /sys/fs/cgroup 2>/dev/null; do :; done
    if [ "$(wc -l </proc/self/cgroup)" -eq 1 ]; then
        mount -t cgroup2 cgroup2 /sys/fs/cgroup
        return
    fi
    mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup
    while IFS=: read -r _ controllers _; do
        directory=/sys/fs/cgroup/${controllers#name=}
        [ -n "$controllers" ] || directory=/sys/fs/cgroup/unified
        mkdir "$directory"
        case $controllers in
        '') mount -t cgroup2 cgroup2 "$directory" ;;
        name=*) mount -t cgroup -o "none,$controllers" cgroup "$directory" ;;
        *) mount -t cgroup -o "$controllers" cgroup "$directory" ;;
        esac
    done </proc/self/cgroup
}

case ${PRIVATE_STAGE-} in
'')
    PRIVATE_STAGE=cgroups exec unshare --mount --propagation private "$0" "$work" "$@"
    ;;

cgroups)
    # The cgroups are made and removed here, where the whole hierarchies are in sight.
    mount_cgroups
    # On v1 they are below this process' own, whose limits go on counting; on v2 that one has processes, and a cgroup
    # with processes cannot give controllers to its children.
    mine=()
    while IFS=: read -r _ controllers own; do
        directory=/sys/fs/cgroup/${controllers#name=}
        [ -n "$controllers" ] || directory=/sys/fs/cgroup$([ -e /sys/fs/cgroup/cgroup.procs ] || echo /unified) own=
        mine+=("$directory${own%/}/ocirun-engines-$$")
    done </proc/self/cgroup
    remove() {
        local end=$((SECONDS + 20))
        # What was killed may take a moment to leave them.
        until find "${mine[@]}" -depth -type d -exec rmdir {} + 2>/dev/null || [ $SECONDS -ge $end ]; do sleep 0.05; done
        [ ! -d "${mine[0]}" ] || echo "left behind: ${mine[*]}" >&2
    }
    trap remove EXIT
    trap 'kill -KILL "$child" 2>/dev/null; exit 143' INT TERM
    for cgroup in "${mine[@]}"; do
        mkdir "$cgroup"
        # An empty cpuset of v1 takes no process.
        for file in cpuset.cpus cpuset.mems; do
            [ ! -e "$cgroup/$file" ] || [ -e "$cgroup/cgroup.type" ] || cat "$cgroup/../$file" >"$cgroup/$file"
        done
    done
    # Another process enters the cgroups, so that this one can remove them.
    (
        for cgroup in "${mine[@]}"; do echo 0 >"$cgroup/cgroup.procs"; done
        PRIVATE_STAGE=namespaces exec unshare --mount --propagation private --net --uts --ipc --cgroup \
            --pid --fork --kill-child --mount-proc "$0" "$work" "$@"
    ) &
    child=$!
    status=0
    wait "$child" || status=$?
    exit $status
    ;;
esac
unset PRIVATE_STAGE

hostname engines
ip link set lo up

mount_cgroups
if [ -e /sys/fs/cgroup/cgroup.procs ]; then
    # The same rule of v2 one level further down: the engines live in a leaf.
    mkdir /sys/fs/cgroup/engines
    echo 0 >/sys/fs/cgroup/engines/cgroup.procs
    sed 's/[^ ]\+/+&/g' /sys/fs/cgroup/cgroup.controllers >/sys/fs/cgroup/cgroup.subtree_control
fi

mkdir -p "$work/lib" "$work/tmp"
mount --bind "$work/lib" /var/lib
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -m 1777 /run/lock /run/shm
mount -t tmpfs -o mode=755 tmpfs /usr/local/bin
mkdir /run/etc
mount -t tmpfs -o mode=755 tmpfs /run/etc
cp -a /etc/. /run/etc
mount --move /run/etc /etc
rmdir /run/etc
rm -rf /etc/docker /etc/containerd /etc/containers /etc/cni
# No name is looked up here, and nothing of this machine's settings counts.
echo "127.0.0.1 localhost engines" >/etc/hosts
echo "nameserver 127.0.0.1" >/etc/resolv.conf

export HOME=/run/home TMPDIR=$work/tmp PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
mkdir "$HOME"
cd /run
exec "$@"
