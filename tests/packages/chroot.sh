#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Inside of the box, but not yet booted: a chroot on the host, where compilers are fast. chroot.sh OLD NEW:
# the two releases in /packages. At the end the older one is installed, as the guests expect it. TAP.
set -u
# shellcheck source-path=SCRIPTDIR source=tap.sh
. "$(dirname "$0")/tap.sh"
old=$1 new=$2
mapfile -t kernels </etc/kernels-here
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
# The guests compile the newer release again, in emulation: they find it here.
export CCACHE_DIR=/var/cache/ccache CCACHE_COMPILERCHECK=content CCACHE_NOCOMPRESS=1 \
	CCACHE_SLOPPINESS=include_file_ctime,include_file_mtime
path=$PATH:/usr/sbin:/sbin
export PATH=/usr/lib/ccache:$path

echo "TAP version 13"
listing >/packages/before

# ---- a compiler that fails --------------------------------------------------

mkdir -p /packages/broken
for name in gcc gcc-12 cc; do printf '#!/bin/sh\necho broken on purpose >&2\nexit 1\n' >"/packages/broken/$name"; done
chmod 755 /packages/broken/*
install_failing() { PATH=/packages/broken:$path dpkg -i /packages/new/chorus-dkms_*.deb >/packages/said 2>&1; }
is "a build that fails does not fail dpkg" install_failing
is "it is said once, with the cure" [ "$(grep -c 'could not be built' /packages/said)$(grep -c "'chorusctl doctor' tells" /packages/said)" = 11 ]
is "the log of the build is named" grep -q '/var/lib/dkms/chorus/.*make.log' /packages/said
is "dpkg and apt have nothing to repair" sane
is "the package is configured" says '^install ok installed$' dpkg-query -W -f '${Status}\n' chorus-dkms
is "no module is installed" [ -z "$(find /lib/modules -name 'chorus*')" ]
for kernel in "${kernels[@]}"; do
	is "with a compiler DKMS makes up for it on $kernel" dkms autoinstall -k "$kernel"
	is "both modules are there" built "$kernel" "$new"
done
is "purge" dpkg --purge chorus-dkms
is "leaves no file" same_as /packages/before
is "but the group, by custom: files may be its own" getent group chorus

# ---- a fresh installation ---------------------------------------------------

export PATH=$path
is "all packages install" dpkg -i /packages/old/*.deb
is "dpkg and apt are content" sane
is "the files are as packed" dpkg --verify chorus-dkms libchorus0 libchorus-dev chorus-tools
for kernel in "${kernels[@]}"; do is "DKMS has built for $kernel" built "$kernel" "$old"; done
# A folder of modules is all DKMS wants to see of a kernel; 77 is its word for "not for me".
outside()
{
	local status
	mkdir -p "/lib/modules/$1/build"
	dkms build -m chorus -v "$old" -k "$1" -a x86_64
	status=$?
	rm -rf "/lib/modules/$1"
	[ $status = 77 ]
}
for kernel in 6.0.9-amd64 5.10.0-1-amd64 8.0.1-amd64 16.1.0; do is "kernel $kernel is left alone" outside "$kernel"; done

# ---- what an outsider builds ------------------------------------------------

examples=/usr/share/doc/chorus-tools/examples
# shellcheck disable=SC2046  # pkg-config gives words
program() { gcc -std=gnu11 -Wall -Wextra -Werror -o "/usr/local/bin/$1" "$examples/$2" $(pkg-config --cflags --libs libchorus); }
for name in server client lap; do is "the example $name, through pkg-config" program "$name" "$name.c"; done
is "the example hello's caller" program hello-call hello/call.c
is "pkg-config tells the release" [ "$(pkg-config --modversion libchorus)" = "$old" ]
# A supervisor actor with nothing but what the packages brought.
outside_actor()
{
	local kernel=$1 work=/packages/hello-$1
	cp -r $examples/hello "$work" && make -C "/lib/modules/$kernel/build" M="$work" \
		KBUILD_EXTRA_SYMBOLS="/var/lib/dkms/chorus/kernel-$kernel-x86_64/Module.symvers" modules || return
	install -D -m 644 "$work/hello.ko" "/lib/modules/$kernel/extra/hello.ko"
	depmod "$kernel"
	modinfo -k "$kernel" -F depends hello | grep -qx chorus
}
for kernel in "${kernels[@]}"; do is "a supervisor actor of one's own, for $kernel" outside_actor "$kernel"; done
is "man pages are there" [ -e /usr/share/man/man3/ipcCall.3.gz -a -e /usr/share/man/man8/chorusctl.8.gz -a -e /usr/share/man/man4/chorus.4.gz ]

# ---- the source tree, as on a development box --------------------------------

# Built for the kernel of the guest that will load it, which says so here already.
printf '#!/bin/sh\n[ "$*" = -r ] && exec echo %s\nexec /bin/uname "$@"\n' "${kernels[0]}" >/packages/broken/uname
rm -f /packages/broken/*gcc* /packages/broken/cc
chmod 755 /packages/broken/uname
is "the tree builds for the kernel that runs" env PATH="/packages/broken:$path" /packages/tree/tests/vm/modules host /packages/tree/build/host
plan
