#!/bin/bash
# Compares `docker run --rm` with ocirun, crun and runc as the runtime, and prints a Markdown table.
#
#   tests/Bench/docker.sh [ROUNDS]     50 rounds unless told; every round runs every runtime once
#
# What Docker itself does takes most of the time and is the same for all of them.
# No number here makes a test fail.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."

if [ -z "${BENCH_WORK-}" ]; then
    . .ci/setup.sh
    need_root tests/Bench/docker.sh
    need_packages busybox-static crun runc docker.io umoci skopeo iptables iproute2 gcc libc6-dev
    ./build.sh
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
dockerd --add-runtime ocirun=/usr/local/bin/ocirun --add-runtime crun=/usr/bin/crun >"$BENCH_WORK/dockerd.log" 2>&1 &
daemon=$!
for ((i = 0; i < 400; i++)); do
    docker version >/dev/null 2>&1 && break
    kill -0 $daemon || { tail "$BENCH_WORK/dockerd.log" >&2; exit 1; }
    sleep 0.1
done
docker load --quiet --input "$BENCH_WORK/image.tar" >/dev/null

scenarios=()
for name in ocirun crun runc; do
    scenarios+=("$name|/usr/bin/docker run --rm --network none --runtime $name --name % busybox true")
done
"$BENCH_WORK/measure" "${1:-50}" 0 "${scenarios[@]}" >"$BENCH_WORK/rows"
kill $daemon
echo "| command | runtime | wall | ocirun's wall / this wall |"
echo "| --- | --- | --- | --- |"
wall=$(sed -n 's/^ocirun|\([^|]*\)|.*/\1/p' "$BENCH_WORK/rows")
awk -F '|' -v ocirun="$wall" '{ printf "| docker run --rm | %s | %.1f ms | %.2f |\n", $1, $2, ocirun / $2 }' "$BENCH_WORK/rows"
