# Sourced by bench.sh: the memory of the inits between create and start, by what it is, and how it divides as there are
# more of them: pages of the program's file are in memory once.

echo "| parked init, one of | program | PSS | its own (anonymous) | the file's code and constants | the file's data, unchanged | RSS |"
echo "| ---: | --- | ---: | ---: | ---: | ---: | ---: |"
# Nobody else runs the file: a copy of each program.
for name in ocirun crun runc; do
    words=(${program[$name]})
    cp "${words[0]}" "$work/$name"
    words[0]=$work/$name
    program[$name]=${words[*]}
done
have=0
for inits in 1 10 100; do
    for (( ; have < inits; have++)); do
        for name in ocirun crun runc; do
            ${program[$name]} create --bundle "$work/sleep-default" "parked-$$-$name-$have" </dev/null >/dev/null 2>&1
        done
        "$tools/limit" create "$work/sleep-default/plan" "parked-$$-limit-$have" </dev/null >/dev/null
    done
    for name in ocirun limit crun runc; do
        case $name in
        limit) pid=$(cat "$records/limit/parked-$$-limit-0/pid") ;;
        *) pid=$(${program[$name]} state "parked-$$-$name-0" | jq .pid) ;;
        esac
        awk -v name=$name -v inits=$inits '
            /^[0-9a-f]+-/ { file = $6 ~ /^\//; writable = $2 ~ /w/ }
            /^Rss:/ { rss += $2 } /^Pss:/ { pss += $2; here = $2 }
            /^Anonymous:/ { anonymous = $2 }
            # A page that the process has written is anonymous, in whatever mapping; nobody shares it after create.
            /^VmFlags:/ { own += anonymous; if (file && !writable) code += here - anonymous; else if (file) data += here - anonymous }
            END { printf "| %d | %s | %.2f MiB | %.2f MiB | %.2f MiB | %.2f MiB | %.2f MiB |\n", inits, name, pss / 1024, own / 1024, code / 1024, data / 1024, rss / 1024 }' "/proc/$pid/smaps"
    done
done
