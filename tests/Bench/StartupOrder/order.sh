#!/bin/bash
# Writes src/OciRuntime.Cli/startup.ld: which functions of libc and of the .NET runtime a container's life executes.
# Takes some minutes: every instruction of six commands is a stop of ptrace.
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

python3 tests/Bench/StartupOrder/order.py "$work/map" "$work"/{create,start,exec,state,kill,delete} >"$work/startup.ld"
mv "$work/startup.ld" src/OciRuntime.Cli/startup.ld
