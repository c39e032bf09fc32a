# Sourced by bench.sh: from the start to the program's first output: a container, and the virtual machine of tests/Vm,
# counted from the start of qemu. Without /dev/kvm the machine is emulated, and the figure says more of that.

need_packages qemu-system-x86 mmdebstrap e2fsprogs xz-utils
mkdir -p "$work/bin" "$work/echo"
qemu=$(type -P qemu-system-x86_64)
printf '#!/bin/bash\ndate +%%s%%N >%q\nexec %q "$@"\n' "$work/began" "$qemu" >"$work/bin/qemu-system-x86_64"
chmod +x "$work/bin/qemu-system-x86_64"
jq '.process.args = ["/bin/echo", "up"]' "$work/default/config.json" >"$work/echo/config.json"
ln -s true "$work/rootfs/bin/echo"

# first_line COMMAND…: ms from the start of the command, or of qemu, to its first line.
first_line() {
    local begin
    rm -f "$work/began"
    begin=$(date +%s%N)
    "$@" </dev/null | {
        read -r _
        echo $(($(date +%s%N) - $(cat "$work/began" 2>/dev/null || echo "$begin"))) | awk '{ printf "%.2f\n", $1 / 1e6 }' >>"$work/times"
        cat >/dev/null
    }
}
row() {
    sort -n "$work/times" | awk -v what="$1" '{ ms[NR] = $1 } END {
        printf "| %s | %d | %.2f ms (%.2f-%.2f) |\n", what, NR, ms[int((NR + 1) / 2)], ms[int((NR + 3) / 4)], ms[int((3 * NR + 3) / 4)] }'
    rm "$work/times"
}

accelerator=emulated
if [ -w /dev/kvm ] && grep -qwE 'vmx|svm' /proc/cpuinfo; then accelerator=KVM; fi
echo "| from the start to the first line of a program | rounds | median, quartiles |"
echo "| --- | ---: | --- |"
for name in ocirun crun runc; do
    for ((round = 0; round < rounds; round++)); do
        # shellcheck disable=SC2086
        first_line ${program[$name]} run --bundle "$work/echo" "up-$$-$name"
    done
    row "a container, $name"
done
# A machine takes seconds.
for ((round = 0; round < (rounds + 9) / 10; round++)); do
    PATH=$work/bin:$PATH first_line tests/Vm/run.sh -- /bin/echo up
done
row "a virtual machine, $accelerator (qemu, Debian's kernel, an init that mounts and starts the program)"
