#!/bin/bash
# Runs a command as root in a small qemu machine, with cgroup v2 alone if nothing else is asked for, and passes on its
# output and exit status.
#
#   tests/Vm/run.sh [OPTION]… -- COMMAND [ARGUMENT]…
#
#   --systemd      systemd is PID 1 and the command a service; otherwise there is nothing but the command
#   --kernel ARG   a further word of the kernel's command line, such as security=selinux, or, for systemd,
#                  systemd.unified_cgroup_hierarchy=0 for cgroup v1; may be repeated
#   --timeout S    turn the machine off after S seconds (default 600; the status is then 124)
#   --memory M     MiB (default 3072)
#   --env NAME     pass this variable on; may be repeated
#   --console F    keep what the kernel writes in the file F
#
# The command finds this working copy at its own path, read-only, and runs in the caller's directory, which must be in
# it. What the command writes is thrown away with the machine.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
repository=$(readlink -f "$here/../..")

kernel='' timeout=600 memory=3072 console='' names=()
while [ $# -gt 0 ]; do
    case $1 in
    --systemd) kernel+=' ocirun.systemd' ;;
    --kernel) kernel+=" $2" && shift ;;
    --timeout) timeout=$2 && shift ;;
    --memory) memory=$2 && shift ;;
    --env) names+=("$2") && shift ;;
    --console) console=$2 && shift ;;
    --) shift && break ;;
    *) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2 && exit 125 ;;
    esac
    shift
done

machine=$("$here/build.sh")
work=$(mktemp -d)
qemu=
trap '[ -z "$qemu" ] || kill "$qemu" 2>/dev/null; rm -rf "$work"' EXIT
trap 'exit 143' INT TERM HUP
console=${console:-$work/console}

# What the machine is to do, and where it leaves its answer.
mkdir "$work/vm"
cp "$here/guest/run" "$work/vm/run"
: >"$work/vm/output"
{
    for name in "${names[@]}"; do printf 'export %s=%q\n' "$name" "${!name-}"; done
    printf 'cd %q && exec' "$PWD"
    printf ' %q' "$@"
} >"$work/vm/command"

shares=()
share() { # TAG CACHE ro|rw DIRECTORY [PATH]
    local readonly=off
    [ "$3" = ro ] && readonly=on
    shares+=(-virtfs "local,mount_tag=$1,path=${4//,/,,},security_model=none,multidevs=remap,readonly=$readonly")
    echo "$1 $2 $3 ${5-$4}" >>"$work/initramfs/shares"
}
cp -r "$machine/initramfs" "$work/initramfs"
cp "$here/guest/init" "$here/guest/vm.service" "$work/initramfs"
share vm none rw "$work/vm" /run/vm
share repository loose ro "$repository"
(cd "$work/initramfs" && find . | busybox cpio -o -H newc -R 0:0 2>/dev/null) >"$work/initramfs.img"

# One processor: where it is emulated a second one gains little, because each change of a page table waits for it, and
# a machine with two was seen to stand still, one waiting for the other. Two machines side by side do not wait.
accelerator=(-accel tcg -cpu max,la57=off)
if [ -w /dev/kvm ] && grep -qwE 'vmx|svm' /proc/cpuinfo; then accelerator=(-accel kvm -cpu host); fi
# The emulated processor counts what this one counts. On a busy host the machine's kernel takes the rate of that wrong,
# by a factor of forty once: its clock then runs as much too fast, and every time limit is as much shorter. In a virtual
# machine, as this one is then, the rate is what is said to be the processor's.
if [ "${accelerator[1]}" = tcg ] && grep -qw hypervisor /proc/cpuinfo; then
    kernel+=" tsc_early_khz=$(awk '/^cpu MHz/ { printf "%d", $4 * 1000; exit }' /proc/cpuinfo)"
fi
# A kernel that has failed ends the machine at once: what is left of it would stand still until its time is up.
timeout --foreground "$timeout" qemu-system-x86_64 -M q35,usb=off "${accelerator[@]}" -smp 1 -m "$memory" \
    -nodefaults -no-user-config -no-reboot -display none -serial "file:$console" \
    -kernel "$machine/kernel" -initrd "$work/initramfs.img" \
    -append "console=ttyS0 quiet panic=-1 oops=panic mitigations=off cryptomgr.notests nowatchdog tsc=reliable no_timer_check
        init_on_alloc=0 systemd.unit=vm.service systemd.show_status=no$kernel" \
    -drive "file=${machine//,/,,}/root.ext4,format=raw,if=virtio,snapshot=on,cache=unsafe" \
    "${shares[@]}" </dev/null 2>"$work/qemu" &
qemu=$!
tail -n +1 -f --pid=$qemu "$work/vm/output"
status=0
wait $qemu || status=$?
qemu=

[ -s "$work/vm/status" ] && exit "$(cat "$work/vm/status")"
tail -n 40 "$console" "$work/qemu" >&2
[ $status -ne 124 ] || { echo "run.sh: the machine was turned off after $timeout seconds" >&2 && exit 124; }
echo "run.sh: the machine ended before the command did (qemu: status $status)" >&2
exit 125
