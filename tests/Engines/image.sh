#!/bin/bash
# image.sh WORK: makes WORK/image.tar, the image docker.io/library/busybox:latest, from Debian's static busybox and
# without a registry; and WORK/pause.tar, the same with a program that only waits, for a pod's first container.
set -euo pipefail
cd "$1"

umoci init --layout layout
umoci new --image layout:busybox
umoci unpack --image layout:busybox bundle
rootfs=bundle/rootfs
mkdir -p $rootfs/{bin,dev,etc,home,mnt,proc,root,run,sys,tmp,usr/bin,var}
chmod 1777 $rootfs/tmp
cp /bin/busybox $rootfs/bin
for applet in $(busybox --list); do
    [ "$applet" = busybox ] || ln -s busybox "$rootfs/bin/$applet"
done
printf '%s\n' root:x:0:0:root:/root:/bin/sh user:x:1000:1000:user:/home:/bin/sh >$rootfs/etc/passwd
printf '%s\n' root:x:0: user:x:1000: extra:x:2000:user >$rootfs/etc/group
umoci repack --image layout:busybox bundle
umoci config --image layout:busybox --config.cmd /bin/sh --config.env PATH=/bin:/usr/bin
skopeo copy --quiet oci:layout:busybox docker-archive:image.tar:docker.io/library/busybox:latest
umoci config --image layout:busybox --config.entrypoint /bin/sleep --config.cmd 1000000
skopeo copy --quiet oci:layout:busybox docker-archive:pause.tar:docker.io/library/pause:latest
rm -rf bundle layout
