#!/bin/bash
# Compares `docker run --rm` with ocirun, crun and runc as the runtime, and prints a Markdown table.
#
#   tests/Bench/docker.sh [ROUNDS]     50 rounds unless told; every round runs every runtime once
#
# BENCH_OCIRUN=FILE measures another build. Docker's own default is an engine's container: seccomp, 14 capabilities.
# What Docker itself does takes most of the time and is the same for all of them.
# No number here makes a test fail.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."

if [ -z "${BENCH_WORK-}" ]; then
    . .ci/setup.sh
    need_root tests/Bench/docker.sh
    need_packages busybox-static crun runc docker.io umoci skopeo iptables iproute2 gcc libc6-dev
    [ -n "${BENCH_OCIRUN-}" ] || ./build.sh
    BENCH_WORK=$(mktemp -d /var/tmp/ocirun-bench.XXXXXX)
    export BENCH_WORK BENCH_OCIRUN=${BENCH_OCIRUN:-$PWD/artifacts/ocirun}
    trap 'rm -rf "$BENCH_WORK"' EXIT
    chmod 755 "$BENCH_WORK"
    gcc -O2 -static -o "$BENCH_WORK/measure" tests/Bench/measure.c
    tests/Engines/image.sh "$BENCH_WORK" >/dev/null 2>&1
    tests/Engines/private.sh "$BENCH_WORK" "$PWD/tests/Bench/docker.sh" "$@"
    exit
fi

# crun 1.8.1 refuses a v2 hierarchy beside v1's, so that one is taken away for all of them.
if mountpoint -q /sys/fs/cgroup/unified; then umount /sys/fs/cgroup/unified; fi
cp "$BENCH_OCIRUN" /usr/local/bin/ocirun
if [ -e /sys/fs/cgroup/cpuacct/cpuacct.usage ]; then cpu=/sys/fs/cgroup/cpuacct/cpuacct.usage; else cpu=/sys/fs/cgroup/cpu.stat; fi

# serve OPTION…: a daemon with the image loaded; its process is $daemon.
serve() {
    local i
    dockerd --add-runtime ocirun=/usr/local/bin/ocirun --add-runtime crun=/usr/bin/crun "$@" >"$BENCH_WORK/dockerd.log" 2>&1 &
    daemon=$!
    for ((i = 0; i < 400; i++)); do
        docker version >/dev/null 2>&1 && break
        kill -0 $daemon || { tail "$BENCH_WORK/dockerd.log" >&2; exit 1; }
        sleep 0.1
    done
    docker load --quiet --input "$BENCH_WORK/image.tar" >/dev/null
}

# rows WHAT OPTION…: docker run with these options and each runtime.
rows() {
    local what=$1 name scenarios=()
    shift
    for name in ocirun crun runc; do
        scenarios+=("$name|/usr/bin/docker run --rm --network none --runtime $name --name % $* busybox true")
    done
    MEASURE_CGROUP=$cpu "$BENCH_WORK/measure" "$rounds" 0 "${scenarios[@]}" | awk -F '|' -v what="$what" '
        { printf "| %s | %s | %.1f ms (%.1f-%.1f) | %.1f ms | %.2f |\n", what, $1, $3, $4, $5, $6, $8 }'
}

rounds=${1:-50}
mounts=
for ((i = 0; i < 33; i++)); do
    mkdir -p "$BENCH_WORK/volumes/$i"
    mounts+=" -v $BENCH_WORK/volumes/$i:/mnt/$i:ro"
done
echo "| command | runtime | wall (median, quartiles) | user + sys of all, the daemons' too | ocirun's wall / this wall |"
echo "| --- | --- | --- | --- | --- |"
serve
rows "docker run --rm"
rows "docker run --rm, no seccomp profile" --security-opt seccomp=unconfined
rows "docker run --rm, memory, CPU and pids limits" --memory 512m --cpus 0.5 --pids-limit 4096
# shellcheck disable=SC2086
rows "docker run --rm with 40 mounts" $mounts
kill $daemon
wait $daemon || true
for file in /etc/subuid /etc/subgid; do echo "root:100000:65536" >$file; done
serve --userns-remap root
rows "docker run --rm in a user namespace"
kill $daemon
wait $daemon || true
