#!/bin/bash
# Runs a busybox container with ocirun.
#
#   ./run.sh                       makes a bundle that says Hello World, and runs it
#   ./run.sh DIR [COMMAND…]        runs the bundle DIR; a config.json or a root file system that it lacks is supplied
#   ./run.sh spec-samples/NAME     runs a copy of the sample; what it says about itself is in its "expected" or README.md
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/.ci/setup.sh"

# Outside the clone, because every user must be able to search the way to a bundle (user namespaces).
bundles=/var/lib/ocirun-bundles

case ${1-} in -h | --help)
    sed -n '2,/^set/s/^# \{0,1\}//p' "$0"
    exit
    ;;
esac
need_root ./run.sh
bundle=$(readlink -m "${1:-$bundles/hello}")
shift || true

(cd "$here" && need_sdk && need_packages busybox-static jq && ./build.sh)
ocirun=$here/artifacts/ocirun

script= maker= sample=
if [[ $bundle == "$here"/spec-samples/* ]]; then
    [ -f "$bundle/expected" ] || die "there is no sample $bundle; there are:" "$(ls "$here/spec-samples")"
    sample=$bundle
    sed -n 's/^# //p' "$sample/expected" >&2
    bundle=$bundles/$(basename "$sample")
    mkdir -p "$bundle"
    cp -r "$sample"/. "$bundle"
    # More than one container, or a user other than root; a root file system that is not busybox'.
    if [ -x "$sample/run" ]; then script=$bundle/run; fi
    if [ -x "$sample/make-rootfs" ]; then maker=$bundle/make-rootfs; fi
fi

mkdir -p "$bundle"
config=$bundle/config.json
if [ ! -e "$config" ] && [ -z "$script" ]; then
    "$ocirun" spec --bundle "$bundle"
    [ $# -gt 0 ] || set -- echo "Hello World"
fi
if [ $# -gt 0 ] && [ -z "$script" ]; then
    terminal=false
    [ -t 0 ] && [ -t 1 ] && terminal=true
    jq --argjson terminal $terminal '.process.args = $ARGS.positional | .process.terminal = $terminal' \
        "$config" --args -- "$@" >"$config.new"
    mv "$config.new" "$config"
fi

rootfs=rootfs
[ -n "$script" ] || rootfs=$(jq -r '.root.path // "rootfs"' "$config")
[[ $rootfs == /* ]] || rootfs=$bundle/$rootfs
if [ ! -e "$rootfs" ]; then
    # Renamed into place when complete: an interrupted run must not leave half a root file system.
    new=$(mktemp -d "$rootfs.XXXXXX")
    chmod 755 "$new"
    if [ -n "$maker" ]; then
        "$maker" "$new"
    else
        mkdir -p "$new"/{bin,dev,etc,proc,root,run,sys,tmp,usr/bin}
        cp /bin/busybox "$new/bin"
        for applet in $(busybox --list); do
            [ -e "$new/bin/$applet" ] || ln -s busybox "$new/bin/$applet"
        done
        echo 'root:x:0:0:root:/root:/bin/sh' >"$new/etc/passwd"
        echo 'root:x:0:' >"$new/etc/group"
    fi
    mv "$new" "$rootfs"
fi

status=0
if [ -n "$script" ]; then
    "$script" "$ocirun" "$bundle" "$@" || status=$?
else
    "$ocirun" run --bundle "$bundle" "demo-$$" || status=$?
fi

if [ $status -ne 0 ] && [ -n "$sample" ] && grep -q '^!' "$sample/expected"; then
    echo "This sample needs something of the host: the error says what is missing." >&2
fi
{
    echo
    if [ -n "$script" ]; then
        echo "Those were containers (exit status $status) from the bundle $bundle. Next:"
        echo "  $script $ocirun $bundle      # the same by hand; what is in the bundle is yours to edit"
    else
        echo "That was a container (exit status $status) from the bundle $bundle. Next:"
        echo "  $ocirun run --bundle $bundle again      # the same by hand; its config.json is yours to edit"
        echo "  $0 $bundle sh                           # a shell inside"
    fi
    echo "  $0 spec-samples/NAME                    # one small bundle for each property of the OCI runtime specification"
} >&2
exit $status
