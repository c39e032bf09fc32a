#!/bin/bash
# Builds artifacts/ocirun, the static NativeAOT executable. A second run with nothing changed does nothing.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")"
. .ci/setup.sh

output=artifacts/ocirun
limit=$((5 * 1024 * 1024))

mkdir -p artifacts
exec 9>artifacts/.build-lock
flock 9

# What the executable is made from, with times and sizes: any change, also a deletion, changes the sum.
inputs=$(find src Directory.Build.props Directory.Packages.props global.json build.sh \
    \( -name bin -o -name obj \) -prune -o -type f -printf '%p %T@ %s\n' | sort | sha256sum)
[ -x $output ] && [ "$(cat artifacts/.inputs 2>/dev/null)" = "$inputs" ] && exit 0

need_sdk
# NativeAOT emits one object file; gcc drives ld over it with glibc's static libraries, and objcopy strips the result.
need_packages gcc binutils libc6-dev

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if ! dotnet publish src/OciRuntime.Cli/OciRuntime.Cli.csproj -c Release -v quiet --nologo -o "$work/publish" >"$work/log" 2>&1; then
    cat "$work/log" >&2
    die "the build failed"
fi

built=$work/publish/ocirun
# ldd's exit status and text are what the check is about: a static executable is an error to it.
linkage=$(ldd "$built" 2>&1 || true)
[[ $linkage == *"not a dynamic executable"* || $linkage == *"statically linked"* ]] || die "ocirun is not static:" "$linkage"
size=$(stat -c %s "$built")
[ "$size" -le "$limit" ] || die "ocirun has $size bytes; the limit is $limit"

# By rename, so that a running ocirun is not disturbed and an interrupted build leaves the old one.
install -m 755 "$built" $output.new
mv $output.new $output
echo "$inputs" >artifacts/.inputs
echo "built $output: $((size / 1024)) KiB, static" >&2
