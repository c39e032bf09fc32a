#!/bin/bash
# Sets this machine up and runs the tests.
#
#   ./test.sh             every lane
#   ./test.sh LANE…       some of them
#
# lanes: format       the sources are formatted as .editorconfig says
#        net10        everything also compiles for net10.0
#        unit         the test projects that need no container
#        integration  the real executable on real bundles, as root
#        engines      containerd, Docker, Podman, Buildah and the CRI with ocirun, and with runc, in namespaces of their own
#
# Every lane writes lines "passed|failed|skipped<TAB>test" to artifacts/test-results/LANE.tsv. A test that fails in
# any lane fails the run, and so does a test that every lane skipped: nobody has seen it work.
set -uo pipefail
cd "$(dirname "$(readlink -f "$0")")" || exit
. .ci/setup.sh

results=$PWD/artifacts/test-results

# check NAME COMMAND…: a lane of one command.
check() {
    local name=$1
    shift
    if "$@" >"$results/$lane.log" 2>&1; then
        printf 'passed\t%s\n' "$name"
    else
        tail -n 40 "$results/$lane.log" >&2
        printf 'failed\t%s\n' "$name"
    fi >>"$results/$lane.tsv"
}

# Tests of a hierarchy that this host does not have are left to a machine that has it; they are named, not hidden.
host_filter=()
left_out=()
if [ ! -e /sys/fs/cgroup/cgroup.controllers ]; then
    left_out+=("Lane!=CgroupV2")
    echo "left out: tests of cgroup v2 alone (Lane=CgroupV2): this host has cgroup v1"
fi
if [ ! -e /sys/fs/cgroup/cgroup.controllers ] || [ ! -d /run/systemd/system ]; then
    left_out+=("Lane!=Systemd")
    echo "left out: tests of the systemd cgroup driver (Lane=Systemd): this host has no systemd with cgroup v2"
fi
[ ${#left_out[@]} -eq 0 ] || host_filter=(--filter "$(IFS='&' && echo "${left_out[*]}")")

# xunit PROJECT: runs a test project that is built already and reads its results.
xunit() {
    local name status=0 trx
    name=$(basename "$1" .csproj)
    trx=$results/$lane.$name.trx
    # The time limit is for one test: it names the test that hangs instead of leaving a silent run.
    dotnet test "$1" --no-build --nologo -v quiet "${host_filter[@]}" --results-directory "$results" \
        --logger "trx;LogFileName=$trx" --blame-hang-timeout 10m --blame-hang-dump-type none || status=$?
    grep -o '<UnitTestResult [^>]*>' "$trx" 2>/dev/null \
        | sed -n 's/.* testName="\([^"]*\)".* outcome="\([^"]*\)".*/\2\t\1/p' \
        | sed -e 's/^Passed\t/passed\t/' -e 's/^NotExecuted\t/skipped\t/' -e '/^passed\t\|^skipped\t/!s/^[^\t]*/failed/' \
        >"$results/$lane.$name.part"
    # A test host that dies, or a project without a test, is a failure of its own.
    if [ ! -s "$results/$lane.$name.part" ] || { [ $status -ne 0 ] && ! grep -q '^failed' "$results/$lane.$name.part"; }; then
        printf 'failed\t%s (dotnet test: status %s)\n' "$name" $status >>"$results/$lane.$name.part"
    fi
    cat "$results/$lane.$name.part" >>"$results/$lane.tsv"
    rm -f "$results/$lane.$name.part"
}

build_tests() {
    [ -n "${built-}" ] && return
    built=yes
    dotnet build OciRuntime.sln -v quiet --nologo || die "the solution does not build"
}

lane_format() {
    check "dotnet format" dotnet format OciRuntime.sln --verify-no-changes
}

lane_net10() {
    # Output of its own, so that it does not fight with the net9.0 build over obj/. Compiled, not published:
    # PublishAot would restore the net10.0 NativeAOT packs, which not every registry has.
    local output
    output=$(mktemp -d)
    check "net10.0 build" dotnet build OciRuntime.sln -v quiet --nologo --artifacts-path "$output" \
        -p:OciRuntimeTargetFramework=net10.0 -p:PublishAot=false
    rm -rf "$output"
}

lane_unit() {
    local project
    # Some tests compare with runc's own answers.
    need_packages runc
    build_tests
    for project in tests/*/*.csproj; do
        case $project in
        tests/Integration/* | tests/Support/* | tests/Bench/*) ;;
        *) xunit "$project" ;;
        esac
    done
}

lane_integration() {
    need_packages busybox-static runc strace
    ./build.sh || die "ocirun does not build"
    build_tests
    xunit tests/Integration/OciRuntime.Integration.Tests.csproj
}

lane_engines() {
    # The packages of Docker and its kin conflict with those of docker.com: nothing is removed for them.
    need_packages busybox-static runc containerd docker.io podman conmon catatonit uidmap buildah umoci skopeo \
        containernetworking-plugins iptables iproute2 procps jq python3 python3-grpcio python3-protobuf python3-websocket
    ./build.sh || die "ocirun does not build"
    tests/Engines/run.sh "$results/$lane.tsv" || printf 'failed\tengines\n' >>"$results/$lane.tsv"
}

all=(format net10 unit integration engines)
[ $# -gt 0 ] || set -- "${all[@]}"
for lane; do
    declare -F "lane_$lane" >/dev/null || die "there is no lane \"$lane\"; there are: ${all[*]}"
done
need_root ./test.sh
need_sdk
rm -rf "$results"
mkdir -p "$results"

for lane; do
    echo "== $lane"
    : >"$results/$lane.tsv"
    started=$SECONDS
    "lane_$lane"
    echo "$((SECONDS - started))" >"$results/$lane.seconds"
done

echo
for lane; do
    awk -F '\t' -v lane="$lane" -v seconds="$(cat "$results/$lane.seconds")" '{ n[$1]++ }
        END { printf "%-12s %5d passed %5d failed %5d skipped %5d s\n", lane, n["passed"], n["failed"], n["skipped"], seconds }' \
        "$results/$lane.tsv"
done
cat "$results"/*.tsv | awk -F '\t' '
    { total[$1]++; seen[$2] = 1 }
    $1 == "failed" { print "failed: " $2 }
    $1 != "skipped" { ran[$2] = 1 }
    END {
        for (test in seen) if (!(test in ran)) { print "failed: every lane skipped " test; total["failed"]++ }
        printf "%d passed, %d failed, %d skipped\n", total["passed"], total["failed"], total["skipped"]
        exit total["failed"] > 0 || total["passed"] == 0
    }'
