#!/bin/sh
# Boots systemd as the first process of a machine of its own: namespaces for mounts, processes, network, IPC and host name, a root
# file system in memory, and a cgroup. Of this machine it has /usr, /dev and the checkout, in /opt/switchboard, read-only.
# Arguments: an empty folder, the checkout, a folder of files to put into the root.
set -eu
root=$1 checkout=$2 files=$3

if [ "${STAGE:-}" != inside ]; then
  cgroups=$(while read -r _ folder type _; do [ "$type" = cgroup2 ] && echo "$folder" && break; done </proc/self/mounts)
  mkdir "$cgroups/${root##*/}"
  echo 0 >"$cgroups/${root##*/}/cgroup.procs"
  STAGE=inside exec unshare --mount --pid --fork --kill-child --cgroup --ipc --uts --net "$0" "$@"
fi

mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs "$root"
cd "$root"
mkdir -p usr etc proc sys dev run tmp var/lib var/tmp home opt/switchboard root old
for link in bin sbin lib lib64; do [ ! -L "/$link" ] || ln -s "usr/$link" "$link"; done
cp /etc/passwd /etc/group /etc/nsswitch.conf /etc/ld.so.cache etc/
cp -r "$files/." .
mount --rbind /usr usr
mount --rbind /dev dev
mount --bind "$checkout" opt/switchboard
mount -o remount,bind,ro opt/switchboard
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs tmpfs run
ip link set lo up
pivot_root . old
umount -l /old
# Credentials reach a service by the propagation of mounts, which systemd expects to be shared.
mount --make-rshared /
export container=test SYSTEMD_UNIT_PATH=/etc/systemd/system PATH=/usr/sbin:/usr/bin
exec /usr/lib/systemd/systemd --system --unit=basic.target --log-target=console --show-status=no
