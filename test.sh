#!/bin/bash
# Sets this machine up and runs the tests.
#
#   ./test.sh             every lane
#   ./test.sh LANE…       some of them
#
# lanes: format       the sources are formatted as .editorconfig says
#        unit         the test projects that need no container
#        integration  the real executable on real bundles, as root
#        soak         a thousand containers, a few at a time, and the host before and after
#        vm           in a small virtual machine with cgroup v2 alone: what has to do with cgroups, devices, mounts,
#                     processes and their lifecycle, the attacks, and the samples of resources; checkpoint and restore
#        vm-systemd   in that machine with systemd as PID 1: what has to do with cgroups and systemd, also on cgroup v1,
#                     alone and beside v2, and in a user's session; and what has to do with SELinux, in a machine that has it
#        engines      containerd, Docker, Podman, Buildah and the CRI with ocirun, and with runc, in namespaces of their own
# and, when it is asked for:
#        vm-all       every integration test in that machine
#
# Every lane writes lines "passed|failed|skipped<TAB>test[<TAB>seconds]" to artifacts/test-results/LANE.tsv. A test that fails in
# any lane fails the run, and so does a test that every lane skipped, when all of them ran: nobody has seen it work.
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

# Tests of cgroup v1 are for machines that have it; they are named, not hidden.
host_filter=()
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
    host_filter=(--filter "Lane!=CgroupV1")
    echo "left out: tests of cgroup v1 alone (Lane=CgroupV1): this host has cgroup v2"
fi

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
    sed -n '/<UnitTestResult .*outcome="Failed"/,/<\/UnitTestResult>/{
        s/.* testName="\([^"]*\)".*/== \1/p
        /<Message>/,/<\/Message>/p
    }' "$trx" 2>/dev/null | sed -e 's/<[^>]*>//g' -e 's/&lt;/</g' -e 's/&gt;/>/g' -e 's/&quot;/"/g' -e 's/&amp;/\&/g' >>"$results/why"
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
    need_packages busybox-static runc strace uidmap python3 iproute2 libcap2-bin jq
    ./build.sh || die "ocirun does not build"
    build_tests
    xunit tests/Integration/OciRuntime.Integration.Tests.csproj
}

lane_soak() {
    need_packages busybox-static python3
    ./build.sh || die "ocirun does not build"
    check "a thousand containers leave nothing" tests/Faults/soak.py
}

lane_engines() {
    # The packages of Docker and its kin conflict with those of docker.com: nothing is removed for them.
    need_packages busybox-static runc containerd docker.io podman conmon catatonit uidmap buildah umoci skopeo \
        containernetworking-plugins iptables iproute2 procps jq python3 python3-grpcio python3-protobuf python3-websocket
    ./build.sh || die "ocirun does not build"
    tests/Engines/run.sh "$results/$lane.tsv" || printf 'failed\tengines\n' >>"$results/$lane.tsv"
}

# vm_tests LANE-TEXT: what the machines run, where nothing is compiled. Fails where there can be no machine.
vm_tests() {
    # In a subshell, because it ends the shell where a package cannot be had.
    if ! (need_packages qemu-system-x86 mmdebstrap busybox-static e2fsprogs xz-utils); then
        echo "left out: what needs a virtual machine ($1), because qemu cannot be had here"
        printf 'skipped\tlane %s: no qemu\n' "$lane" >>"$results/$lane.tsv"
        complete=no
        return 1
    fi
    ./build.sh || die "ocirun does not build"
    build_tests
    dotnet publish tests/Vm/Runner/OciRuntime.Vm.Runner.csproj --no-restore -v quiet --nologo -c Debug -o artifacts/vm ||
        die "the tests of the virtual machine do not build"
}

# vm FILTER…: runs tests with cgroup v2 alone, in two machines, which share them.
vm() {
    local part
    vm_tests "cgroup v2" || return
    for part in 1 2; do
        machine "$part" -- "$@" "$part/2" &
    done
    wait
}

# machine NAME OPTION… -- FILTER…
machine() {
    local name=$1 options=() status=0 log
    shift
    log=$results/$lane.$name.log
    while [ "$1" != -- ]; do options+=("$1") && shift; done
    shift
    tests/Vm/run.sh --timeout 1800 "${options[@]}" -- artifacts/vm/run-tests "$@" 2>&1 | tee "$log" || status=$?
    grep -aP '^(passed|failed|skipped)\t' "$log" >"$log.part"
    # What a failure said follows its line.
    awk -F '\t' -v of="$lane, machine $name" '/^(passed|failed|skipped)\t/ { told = $1 == "failed"; if (told) print "== " $2 " (" of ")"; next } told' "$log" >>"$results/why"
    if [ ! -s "$log.part" ] || { [ $status -ne 0 ] && ! grep -q '^failed' "$log.part"; }; then
        printf 'failed\t%s, machine %s (tests/Vm/run.sh: status %s)\n' "$lane" "$name" $status >>"$log.part"
    fi
    cat "$log.part" >>"$results/$lane.tsv"
    rm "$log.part"
}

lane_vm() {
    # Without what is long there and tells nothing more about cgroup v2 than its neighbours do.
    vm '!Lane=CgroupV1' '!Lane=Systemd' '!.KilledTests.In_start|.ConcurrencyTests.A_hundred_execs|.Cve2024_45310|.Cve.Review' \
        'Lane=Root|Lane=CgroupV2|.CgroupsTests|.CgroupsV2Tests|.UpdateTests|.EventsTests|.PsTests|.LifecycleTests|.ExecTests|.KilledTests|.ConcurrencyTests|.DevicesTests|.MountsTests|.CheckpointTests|.Cve|.SpecSamplesTests.Sample_prints_what_it_says(name: "linux.resources|.AppArmor'
}

lane_vm-systemd() {
    local filters=('!Lane=CgroupV1' '!.Fifty_containers' 'Lane=Systemd|Lane=CgroupV2|.CgroupsTests|.CgroupsV2Tests')
    vm_tests "systemd, cgroup v1 as systemd mounts it, alone and beside v2, SELinux" || return
    {
        machine 1 --systemd -- "${filters[@]}" 1/2
        machine selinux --kernel security=selinux -- Lane=Selinux
        machine v1 --systemd --kernel systemd.unified_cgroup_hierarchy=0 --kernel systemd.legacy_systemd_cgroup_controller=1 -- \
            '.SeldomLimitsTests|.RuncComparisonTests|.SystemdTests.A_|.SystemdTests.Update_|.CgroupsTests.Container_|.ExecTests.Enters_the|.EventsTests.Statistics_have'
    } &
    {
        machine 2 --systemd -- "${filters[@]}" 2/2
        machine hybrid --systemd --kernel systemd.unified_cgroup_hierarchy=0 -- '!.SystemdUserTests|.SystemContainerTests|.SeldomLimitsTests|.KilledTests' \
            'Lane=Systemd|.CgroupsTests.Container_|.CgroupsTests.Absolute|.CgroupsTests.A_kill_for|.MountsTests.Cgroup_shows_the_v1|.EventsTests.Statistics_have'
    } &
    wait
}

lane_vm-all() {
    # RunScriptTests need the SDK.
    vm '!Lane=CgroupV1' '!Lane=Systemd' '!RunScriptTests' 'Lane=Integration|Lane=Root|Lane=CgroupV2'
}

all=(format unit integration soak vm vm-systemd engines)
complete=no
[ $# -gt 0 ] || { complete=yes && set -- "${all[@]}"; }
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
# Why, from the lanes that know: the end of the output is what is read first.
[ ! -s "$results/why" ] || head -c 20000 "$results/why"
cat "$results"/*.tsv | awk -F '\t' -v complete=$complete '
    { total[$1]++; seen[$2] = 1 }
    $1 == "failed" { print "failed: " $2 }
    # A skipped theory has no rows: one of its rows that ran stands for it.
    $1 != "skipped" { ran[$2] = 1; sub(/\(.*/, "", $2); ran[$2] = 1 }
    END {
        if (complete == "yes") for (test in seen) if (!(test in ran)) { print "failed: every lane skipped " test; total["failed"]++ }
        printf "%d passed, %d failed, %d skipped\n", total["passed"], total["failed"], total["skipped"]
        exit total["failed"] > 0 || total["passed"] == 0
    }'
