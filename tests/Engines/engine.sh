#!/bin/bash
# Runs one engine's steps with one runtime, in the surroundings that private.sh makes.
#
#   engine.sh ENGINE RUNTIME PROGRAM RESULTS WORK
#
# ENGINE.sh beside this file has the steps; PROGRAM is the runtime's executable; RESULTS is the file that takes the
# results; WORK, on a disk, has the image as image.tar.
set -uo pipefail

engine=$1
runtime=$2
results=$4
work=$5
tests=$(dirname "$(readlink -f "$0")")
image=$work/image.tar
program=/usr/local/bin/$runtime
cp "$3" "$program"
# An engine that overlooks its setting would take Debian's runc: then it shall fail.
mount --bind /bin/false /usr/sbin/runc

. "$tests/steps.sh"

# A frozen process does not die of the signal that ends this namespace.
thaw() {
    find /sys/fs/cgroup -name freezer.state -exec sh -c 'echo THAWED >"$1"' - {} \; 2>/dev/null
    find /sys/fs/cgroup -name cgroup.freeze -exec sh -c 'echo 0 >"$1"' - {} \; 2>/dev/null
}
trap thaw EXIT

surroundings | sort -u >"$work/before"
. "$tests/$engine.sh"
check nothing-left 0 "" settled
