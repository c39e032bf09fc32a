#!/bin/bash
# Makes the small machine of run.sh from Debian packages: a kernel, an initramfs' contents and a root disk. Prints the
# directory that they are in. A machine that was made before from this same script is taken as it is; the host needs
# mmdebstrap, busybox-static, e2fsprogs and xz-utils, and gets nothing installed.
#
# OCIRUN_VM_CACHE: where machines are kept (default: ~/.cache/ocirun-vm)
set -euo pipefail

cache=${OCIRUN_VM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ocirun-vm}
machine=$cache/$(sha256sum "$(readlink -f "$0")" | cut -c 1-16)

# systemd and what a session needs; what the tests call; the runtimes that ocirun is compared with; what .NET needs.
packages=systemd,systemd-sysv,dbus,libpam-systemd,dbus-user-session
packages+=,busybox-static,jq,kmod,libcap2-bin,procps,strace,uidmap,apparmor,secilc
packages+=,runc,crun,criu,iproute2,iptables
packages+=,libstdc++6,zlib1g

# The kernel's modules that containers and their tests may want: no drivers but those of the machine itself.
modules=(arch block crypto fs lib mm net drivers/block 'drivers/net/*.ko' drivers/virtio
    drivers/infiniband/core drivers/infiniband/sw)

# Loaded before the root disk and the host's directories can be mounted.
early_modules="virtio_pci virtio_blk ext4 9pnet_virtio 9p overlay"

mkdir -p "$cache"
exec 9>"$machine.lock"
flock 9
if [ -e "$machine/done" ]; then
    touch "$machine/done"
    echo "$machine"
    exit
fi

echo "making the test machine from Debian packages in $machine" >&2
# Machines of older versions of this script.
find "$cache" -mindepth 2 -maxdepth 2 -name done -mtime +14 -printf '%h\n' | xargs -r rm -rf
rm -rf "$machine"
mkdir "$machine"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"

# The host's own Debian archives; without any (another distribution), the public one.
[ -n "$(apt-get indextargets 'Created-By: Packages')" ] || apt-get update >&2
sources=$(apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 'Origin: Debian' | sort -u)
suite=$(. /etc/os-release && echo "${VERSION_CODENAME-}")
if [ -z "$sources" ]; then
    suite=bookworm
    sources="deb http://deb.debian.org/debian $suite main"
fi
root=$work/root
# The kernel is unpacked, not installed: it shall not make an initramfs of its own.
fetch_kernel='
    export APT_CONFIG=$MMDEBSTRAP_APT_CONFIG
    cd "$1" && apt-get download -qq -o APT::Sandbox::User=root \
        $(apt-cache depends --important linux-image-amd64 | sed -n "s/^ *Depends: \(linux-image-.*\)/\1/p")'
printf '%s\n' "$sources" | mmdebstrap --quiet --mode=root --variant=minbase --format=directory --include="$packages" \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --customize-hook="$fetch_kernel" "$suite" "$root" - >&2
mv "$root"/linux-image-*.deb "$work/kernel.deb"
dpkg-deb --fsys-tarfile "$work/kernel.deb" | tar -x -C "$root" --wildcards --no-wildcards-match-slash \
    './boot/vmlinuz-*' './lib/modules/*/modules.*' "${modules[@]/#/./lib/modules/*/kernel/}"
release=$(basename "$root"/lib/modules/*)
chroot "$root" depmod "$release"

# Unpacked here: the emulated machine would take seconds for it. The image's header says where the compressed kernel
# is (Documentation/x86/boot.rst: setup_sects, payload_offset, payload_length); the last four bytes are its size.
image=$root/boot/vmlinuz-$release
sectors=$(od -An -tu1 -j 497 -N 1 "$image")
read -r offset length < <(od -An -tu4 -j 584 -N 8 "$image")
offset=$(((sectors + 1) * 512 + offset))
head -c $((offset + length - 4)) "$image" | tail -c +$((offset + 1)) | xz -dc >"$machine/kernel" || cp "$image" "$machine/kernel"
rm -r "$root/boot"

mkdir -p "$machine/initramfs/bin" "$machine/initramfs/modules"
cp "$root/bin/busybox" "$machine/initramfs/bin/"
number=100
for module in $early_modules; do
    chroot "$root" modprobe -S "$release" --show-depends "$module"
done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' | while read -r file; do
    cp "$root$file" "$machine/initramfs/modules/$((number++))-$(basename "$file")"
done

# A machine that lives for one command: no clean-up, no first boot, no profiles that nobody asked for.
chroot "$root" useradd --create-home --uid 1000 --shell /bin/bash user
echo vm >"$root/etc/hostname"
echo '127.0.0.1 localhost vm' >"$root/etc/hosts"
: >"$root/etc/fstab"
: >"$root/etc/machine-id"
rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*
touch "$root/etc/.updated" "$root/var/.updated"
for unit in apparmor.service systemd-binfmt.service systemd-update-utmp.service systemd-random-seed.service \
    systemd-journal-flush.service systemd-pstore.service systemd-tmpfiles-setup-dev.service kmod-static-nodes.service; do
    ln -s /dev/null "$root/etc/systemd/system/$unit"
done

truncate -s 8G "$machine/root.ext4"
mke2fs -q -t ext4 -O ^has_journal -E lazy_itable_init=1,root_owner=0:0 -d "$root" "$machine/root.ext4"
touch "$machine/done"
echo "$machine"
