# Sourced by bench.sh: the same work inside a container and outside of it, by sysbench: processor, memory, threads, files.
# Pairs, in alternating order; the same files of the host on both sides.

need_packages sysbench
seconds=${BENCH_SECONDS:-2}
mkdir -p "$work/host/files" "$work/host/usr" "$work/host/etc" "$work/files"
for name in bin sbin lib lib32 lib64; do
    if [ -L /$name ]; then ln -s "$(readlink /$name)" "$work/host/$name"; elif [ -d /$name ]; then mkdir "$work/host/$name"; fi
done
mounts='.mounts += ([$ARGS.positional[] | {"destination": ., "type": "bind", "source": ., "options": ["rbind", "rprivate", "ro"]}]
    + [{"destination": "/files", "type": "bind", "source": $files, "options": ["rbind", "rprivate"]}]) | .process.cwd = "/files"
    | .process.args = ($words | split(" "))'
binds=(/usr /etc)
for name in bin sbin lib lib32 lib64; do if [ -d /$name ] && [ ! -L /$name ]; then binds+=(/$name); fi; done

# figure: what a test is judged by, from sysbench's report.
figure() {
    awk '/events per second:/ { print $4; found = 1 } /MiB\/sec\)/ { gsub(/[(]/, ""); print $(NF - 1); found = 1 }
        /^ *(reads|writes)\/s:/ { io += $2 } /total number of events:/ { events = $5 }
        END { if (io) print io; else if (!found) print events }' "$1"
}

# pairs TEST CONFIG WORDS…: rows of the table; CONFIG is a bundle's filter.
pairs() {
    local test=$1 config=$2 round order side
    shift 2
    mkdir -p "$work/inside"
    jq --arg rootfs "$work/host" --arg files "$work/files" --arg words "$*" --slurpfile engine spec-samples/seccomp-engine-default/config.json \
        ".process.terminal = false | .root.path = \$rootfs | ${!config} | $mounts" "$work/spec.json" --args "${binds[@]}" >"$work/inside/config.json"
    : >"$work/pairs"
    for ((round = 0; round < rounds; round++)); do
        order='outside inside'
        if ((round % 2)); then order='inside outside'; fi
        for side in $order; do
            if [ $side = inside ]; then
                ${program[ocirun]} run --bundle "$work/inside" "work-$$" </dev/null >"$work/report.$side"
            else
                (cd "$work/files" && "$@" </dev/null >"$work/report.$side")
            fi
        done
        echo "$(figure "$work/report.outside") $(figure "$work/report.inside")" >>"$work/pairs"
    done
    awk -v test="$test" '
        function median(values,    i, j, v) {
            for (i = 2; i <= n; i++) { v = values[i]; for (j = i - 1; j > 0 && values[j] > v; j--) values[j + 1] = values[j]; values[j + 1] = v }
            return (values[int((n + 1) / 2)] + values[int(n / 2) + 1]) / 2
        }
        { n++; outside[n] = $1; inside[n] = $2; ratio[n] = $2 / $1 }
        END { printf "| %s | %.0f | %.0f | %.3f |", test, median(outside), median(inside), median(ratio)
              printf " %.3f-%.3f |\n", ratio[int((n + 3) / 4)], ratio[int((3 * n + 3) / 4)] }' "$work/pairs"
}

plain=.
filtered="$engine | del(.linux.resources.cpu, .linux.resources.memory)"
sysbench="/usr/bin/sysbench --time=$seconds"
files="fileio --file-num=4 --file-total-size=64M --file-test-mode=rndrw --file-fsync-freq=0 --file-fsync-end=off"
# shellcheck disable=SC2086
(cd "$work/files" && /usr/bin/sysbench $files prepare >/dev/null)
echo "| sysbench ($rounds pairs of $seconds s) | outside | inside | inside / outside | quartiles |"
echo "| --- | ---: | ---: | ---: | ---: |"
for config in plain filtered; do
    case $config in plain) suffix= ;; filtered) suffix=", as an engine's container" ;; esac
    pairs "cpu, events/s$suffix" $config $sysbench --threads=2 cpu run
    pairs "memory, MiB/s$suffix" $config $sysbench --threads=2 memory --memory-total-size=1T run
    pairs "threads, events$suffix" $config $sysbench --threads=8 threads --thread-locks=4 run
    pairs "fileio, reads and writes/s$suffix" $config $sysbench --threads=2 $files run
done
