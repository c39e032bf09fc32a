# Sourced by bench.sh: what each way costs in which ocirun keeps its own executable from being written (docs/security.md):
# as root, with a read-only mount made for it and from a read-only mount, where nothing needs to be done; and the rootless
# run of an ordinary user, who may not mount, with a sealed copy in memory and from a read-only mount.

need_packages util-linux
install -D "$ocirun" "$work/writable/ocirun"
mkdir "$work/readonly"
mount --bind "$work/writable" "$work/readonly"
mount -o remount,bind,ro "$work/readonly"
# The rootless config maps the user who writes it.
mkdir -p "$work/nobody/records" "$work/rootless"
"$ocirun" spec --bundle "$work/rootless" --rootless
jq --arg rootfs "$work/rootfs" '.process.terminal = false | .process.args = ["/bin/true"] | .root.path = $rootfs | del(.process.rlimits)
    | .linux.uidMappings[0].hostID = 65534 | .linux.gidMappings[0].hostID = 65534' "$work/rootless/config.json" >"$work/nobody/config.json"
chown -R 65534:65534 "$work/nobody"

# way USER MOUNT BUNDLE NAME
way() { echo "$4|$work/as-$1 $work/$2/ocirun --root $work/$1/records run --bundle $work/$3 %"; }
printf '#!/bin/sh\nexec "$@"\n' >"$work/as-root"
printf '#!/bin/sh\nexec setpriv --reuid 65534 --regid 65534 --clear-groups "$@"\n' >"$work/as-nobody"
chmod 755 "$work"/as-*
cat <<'END'
| way | wall (median, quartiles) | user + sys |
| --- | --- | --- |
END
"$tools/measure" "$rounds" 0 \
    "$(way root writable default 'root: a read-only mount is made')" "$(way root readonly default 'root: nothing to do')" \
    "$(way nobody writable nobody 'an ordinary user: a copy in memory')" "$(way nobody readonly nobody 'an ordinary user: nothing to do')" |
    awk -F '|' '$2 == 0 { printf "| %s | %s ms (%s-%s) | %s ms |\n", $1, $3, $4, $5, $6 }'
