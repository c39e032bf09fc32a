#!/bin/bash
# Writes which functions a container's life executes, so that they stand beside each other in the executable:
# src/OciRuntime.Cli/Start/startup.ld those of libc and of the .NET runtime, startup.order the methods. A function that they do
# not name, or that is no longer there, costs a page or nothing. Takes ten minutes: every instruction of six commands is a
# stop of ptrace.
#
#   tests/Bench/StartupOrder/order.sh BUNDLE      a bundle whose process stays, and whose rootfs has /bin/true
set -euo pipefail
bundle=$(readlink -f "$1")
cd "$(dirname "$(readlink -f "$0")")/../../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

gcc -O2 -Wall -o "$work/trace" tests/Bench/StartupOrder/trace.c

# The linker tells which section of which object is where.
printf '#!/bin/sh\nexec gcc "$@" -Wl,-Map=%s/map\n' "$work" >"$work/linker"
chmod +x "$work/linker"
dotnet publish src/OciRuntime.Cli -c Release -v quiet --nologo --artifacts-path "$work/build" -o "$work/out" -p:CppLinker="$work/linker"

# In the background, since what a foreground command does meanwhile is to wait.
ocirun=$work/out/ocirun
quietly() { "$@" </dev/null >"$work/output" 2>&1 || { cat "$work/output" >&2 && return 1; }; }
traced() { quietly "$work/trace" "$work/$1" "$ocirun" --root "$work/root" "$@"; }
traced create --bundle "$bundle" traced
quietly "$ocirun" --root "$work/root" delete --force traced # It died with its tracer.
quietly "$ocirun" --root "$work/root" create --bundle "$bundle" traced
traced start traced
traced exec --detach traced /bin/true
traced state traced
traced kill traced KILL
traced delete --force traced

order=tests/Bench/StartupOrder/order.py
traces=("$work"/{create,start,exec,state,kill,delete})
native=OciRuntime.Cli/release_linux-x64/native
python3 $order sections "$work/map" "${traces[@]}" >"$work/startup.ld"
python3 $order methods "$work/build/obj/$native/ocirun.o" "$work/build/bin/$native/ocirun.dbg" "${traces[@]}" >"$work/startup.order"
mv "$work"/startup.{ld,order} src/OciRuntime.Cli/Start/
