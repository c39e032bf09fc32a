#!/bin/bash
# What each way costs in which ocirun keeps its own executable from being written (docs/security.md): `run` of the default
# config as root, with a read-only mount made for it and from a read-only mount, where nothing needs to be done; and the
# rootless one of an ordinary user, who may not mount, with a sealed copy in memory and from a read-only mount.
#
#   tests/Bench/sealing.sh [ROUNDS]       BENCH_OCIRUN=FILE for another build
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
. .ci/setup.sh
need_packages busybox-static util-linux jq gcc libc6-dev
ocirun=$(readlink -f "${BENCH_OCIRUN:-artifacts/ocirun}")
if [ "${IN_MOUNTS-}" != yes ]; then
    IN_MOUNTS=yes exec unshare --mount --propagation private "$0" "$@"
fi

work=$(mktemp -d)
trap 'umount "$work/readonly" 2>/dev/null; rm -rf --one-file-system "$work"' EXIT
chmod 755 "$work"
gcc -O2 -static -o "$work/measure" tests/Bench/measure.c
install -D "$ocirun" "$work/writable/ocirun"
mkdir "$work/readonly"
mount --bind "$work/writable" "$work/readonly"
mount -o remount,bind,ro "$work/readonly"
for user in root nobody; do
    mkdir -p "$work/$user/bundle/rootfs/bin" "$work/$user/records"
    cp /bin/busybox "$work/$user/bundle/rootfs/bin/true"
    "$ocirun" spec --bundle "$work/$user/bundle" $([ $user = root ] || echo --rootless)
    jq '.process.terminal = false | .process.args = ["/bin/true"] | del(.process.rlimits)' "$work/$user/bundle/config.json" >"$work/config.json"
    mv "$work/config.json" "$work/$user/bundle/config.json"
done
# The rootless config maps the user who writes it.
jq '.linux.uidMappings[0].hostID = 65534 | .linux.gidMappings[0].hostID = 65534' "$work/nobody/bundle/config.json" >"$work/config.json"
mv "$work/config.json" "$work/nobody/bundle/config.json"
chmod -R a+rX "$work/nobody"
chown -R 65534:65534 "$work/nobody"

# way USER MOUNT NAME
way() { echo "$3|$work/as-$1 $work/$2/ocirun --root $work/$1/records run --bundle $work/$1/bundle %"; }
printf '#!/bin/sh\nexec "$@"\n' >"$work/as-root"
printf '#!/bin/sh\nexec setpriv --reuid 65534 --regid 65534 --clear-groups "$@"\n' >"$work/as-nobody"
chmod 755 "$work"/as-*
cat <<'END'
| way | wall (median, quartiles) | user + sys |
| --- | --- | --- |
END
"$work/measure" "${1:-50}" 0 "$(way root writable 'root: a read-only mount is made')" "$(way root readonly 'root: nothing to do')" \
    "$(way nobody writable 'an ordinary user: a copy in memory')" "$(way nobody readonly 'an ordinary user: nothing to do')" |
    awk -F '|' '$2 == 0 { printf "| %s | %s ms (%s-%s) | %s ms |\n", $1, $3, $4, $5, $6 }'
