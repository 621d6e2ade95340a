#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# chorusctl doctor looks at made-up boxes, folders with the files it reads: doctor.sh CHORUSCTL. TAP.
set -u
WORK=$(mktemp -d) || exit 1
trap 'rm -rf "$WORK"' EXIT
chmod 755 "$WORK"
cp "$1" "$WORK/chorusctl" || exit 1
version=$("$WORK/chorusctl" --version | cut -d' ' -f2)
R=6.1.0-49-amd64
M=lib/modules/$R
secure=sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c
n=0 failed=0 box=

put() { mkdir -p "$box/$(dirname "$1")"; printf '%s\n' "$2" >"$box/$1"; }
program() { put "$1" "#!/bin/sh"; echo "echo $2" >>"$box/$1"; chmod 755 "$box/$1"; }
library() { mkdir -p "$box/$1"; ln -sf "libchorus.so.$2" "$box/$1/libchorus.so.0"; }
module() { mkdir -p "$box/${1%/*}"; printf 'ELF\0license=GPL\0version=%s\0vermagic=%s SMP preempt mod_unload \0' "$2" "$3" >"$box/$1"; }

# A box on which all is well.
healthy()
{
	box=$WORK/box
	rm -rf "$box"
	put etc/os-release ID=debian
	put etc/group "chorus:x:$(id -g):"
	put proc/sys/kernel/osrelease $R
	put proc/version "Linux version $R (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0, GNU ld (GNU Binutils for Debian) 2.40) #1 SMP"
	put proc/cmdline 'BOOT_IMAGE=/vmlinuz root=/dev/sda1 quiet'
	put $M/build/Makefile ''
	put var/lib/dkms/chorus/$version/source/dkms.conf ''
	put var/lib/dkms/chorus/$version/$R/x86_64/module/chorus.ko ''
	library usr/lib/x86_64-linux-gnu "$version"
	put $M/modules.dep 'updates/dkms/chorus.ko:'
	module $M/updates/dkms/chorus.ko "$version" $R
	program usr/bin/gcc-12 12
	program usr/bin/make 'GNU Make'
	put sys/module/chorus/initstate live
	put sys/module/chorus/version "$version"
	put sys/module/module/parameters/sig_enforce N
	put sys/kernel/security/lockdown '[none] integrity confidentiality'
	put sys/kernel/tracing/events/chorus/enable 0
	put proc/sys/kernel/io_uring_disabled 0
	put dev/chorus ''
	chmod 660 "$box/dev/chorus"
	as=()
}
unload() { rm -rf "$box/sys/module/chorus" "$box/dev/chorus"; }

# expect TEXT STATUS LINE [CURE]: the findings have such a line (a pattern), and such a cure below it.
expect()
{
	local out status reason=
	out=$(PATH=/usr/bin:/bin ${as[@]+"${as[@]}"} "$WORK/chorusctl" doctor --root "$box" 2>&1)
	status=$?
	[ $status = "$2" ] || reason="status $status"
	grep -qE -- "$3" <<<"$out" || reason="no such finding"
	if [ $# -gt 3 ]; then
		grep -E -A 1 -- "$3" <<<"$out" | grep -qE -- "^      cure: .*$4" || reason="no such cure"
	fi
	# Whatever is found, a cure for each, and nothing else.
	[ "$(grep -cE '^(warn|FAIL)  ' <<<"$out")" = "$(grep -c '^      cure: ' <<<"$out")" ] || reason="a cure is missing"
	! grep -qvE '^(ok  |warn|FAIL)  [^:]+: .|^      cure: .' <<<"$out" || reason="a strange line"
	n=$((n + 1))
	if [ -z "$reason" ]; then echo "ok $n $1"; return; fi
	echo "not ok $n $1"
	printf '# %s (wanted: %s, %s, %s)\n' "$reason" "$2" "$3" "${4:-no cure}"
	sed 's/^/#   /' <<<"$out"
	failed=1
}

echo "TAP version 13"
healthy
expect "a healthy box" 0 "^ok    kernel: $R"
for what in 'module file' dkms library headers compiler make 'Secure Boot' lockdown signatures loaded version device permission tracefs io_uring; do
	expect "  $what" 0 "^ok    $what: "
done
export CHORUSCTL_ROOT=$box
n=$((n + 1))
"$WORK/chorusctl" doctor | grep -q "$R" && echo "ok $n the root from the environment" || { echo "not ok $n the root from the environment"; failed=1; }
unset CHORUSCTL_ROOT

healthy; put proc/sys/kernel/osrelease 5.10.0-1-amd64
expect "kernel: too old" 1 '^FAIL  kernel: 5.10' 'boot a kernel 6.1'
healthy; put proc/sys/kernel/osrelease 6.0.9
expect "kernel: just too old" 1 '^FAIL  kernel: 6.0.9'
healthy; put proc/sys/kernel/osrelease 7.3.0-rc1
expect "kernel: newer than tested" 0 '^warn  kernel: 7.3' newer
healthy; put proc/sys/kernel/osrelease 7.2.14
expect "kernel: the newest" 0 '^ok    kernel: 7.2.14'
healthy; put proc/sys/kernel/osrelease 6.12.3+deb13-amd64
expect "kernel: 6.12 is above 6.2" 0 '^ok    kernel: 6.12'
healthy; rm "$box/proc/sys/kernel/osrelease"
expect "kernel: no /proc" 1 '^FAIL  kernel: ' 'mount /proc'

healthy; rm -r "$box/$M/build"
expect "headers: none, but loaded" 0 '^warn  headers: .*needed to build' "apt install linux-headers-$R"
unload; rm -r "$box/$M/updates" "$box/$M/modules.dep"
expect "headers: none, and nothing else" 1 '^FAIL  headers: ' "apt install linux-headers-$R"
put etc/os-release ID=fedora
expect "headers: on another distribution" 1 '^FAIL  headers: ' "kernel-devel-$R"
healthy; rm -r "$box/$M/build"; ln -s /nowhere/headers "$box/$M/build"
expect "headers: a link to nothing" 0 '^warn  headers: '

healthy; rm "$box/usr/bin/gcc-12"
expect "compiler: none" 0 '^warn  compiler: no gcc' 'apt install gcc-12'
program usr/bin/gcc 14.2.0
expect "compiler: another" 0 '^warn  compiler: gcc is version 14, .*with 12' 'apt install gcc-12.*CC=gcc-12'
program usr/bin/gcc 12
expect "compiler: the right one by its plain name" 0 '^ok    compiler: gcc, version 12'
put proc/version "Linux version $R (a@b) (gcc (GCC) 14.2.1 20250110, GNU ld (GNU Binutils) 2.43) #1"
expect "compiler: gcc as others write it" 0 '^warn  compiler: .*with 14'
put proc/version "Linux version $R (a@b) (x86_64-linux-gnu-gcc-15 (Debian 15.2.0-4) 15.2.0, GNU ld 2.45) #1"
program usr/bin/x86_64-linux-gnu-gcc-15 15
expect "compiler: with the name of the machine" 0 '^ok    compiler: x86_64-linux-gnu-gcc-15, version 15'
put proc/version "Linux version $R (a@b) (Debian clang version 16.0.6, LLD 16.0.6) #1"
expect "compiler: clang" 0 '^warn  compiler: no clang; .*16' 'apt install clang-16'
program usr/bin/clang-16 16.0.6
expect "compiler: clang is there" 0 '^ok    compiler: clang-16, version 16'
put proc/version 'strange'
expect "compiler: not told" 0 '^warn  compiler: /proc/version'
healthy; rm "$box/usr/bin/make"; unload; rm -r "$box/$M/updates" "$box/$M/modules.dep"
expect "make: none" 1 '^FAIL  make: ' 'apt install make'

healthy; rm "$box/$M/modules.dep"
expect "module file: depmod did not run" 0 '^warn  module file: ' 'depmod -a'
healthy; rm "$box/$M/updates/dkms/chorus.ko"
expect "module file: gone" 1 '^FAIL  module file: .*gone' 'depmod -a'
healthy; module $M/updates/dkms/chorus.ko "$version" 6.1.0-48-amd64
expect "module file: for another kernel" 1 '^FAIL  module file: .*built for kernel 6.1.0-48-amd64' 'dkms autoinstall'
healthy; put $M/modules.dep 'extra/chorus.ko.xz: kernel/net/a.ko'; put $M/extra/chorus.ko.xz xz
expect "module file: compressed" 0 '^ok    module file: .*chorus.ko.xz$'
healthy; rm -r "$box/$M/updates" "$box/$M/modules.dep"
expect "module file: insmod" 0 '^ok    module file: none installed'
unload
expect "module file: none at all" 1 '^FAIL  module file: none' 'apt install chorus-dkms'

healthy; rm -r "$box/var/lib/dkms/chorus/$version/$R"
expect "dkms: not built, but loaded" 0 "^warn  dkms: has chorus $version, but not" "dkms install chorus/$version -k $R"
put var/lib/dkms/chorus/$version/build/make.log failed
expect "dkms: the build failed" 0 '^warn  dkms: ' "look why in .*/make.log, then: .*dkms install chorus/$version -k $R"
rm -r "$box/$M/updates" "$box/$M/modules.dep"; unload
expect "dkms: not built, and no other module" 1 '^FAIL  dkms: ' 'look why'
rm -r "$box/$M/build"
expect "dkms: no headers" 1 '^FAIL  dkms: ' "install the headers, see below, then: .*dkms install"
put var/lib/dkms/chorus/99.1/source/dkms.conf ''
expect "dkms: the newest release counts" 1 '^FAIL  dkms: has chorus 99.1, '
healthy; rm -r "$box/var/lib/dkms"
n=$((n + 1))
if "$WORK/chorusctl" doctor --root "$box" | grep -q dkms:; then echo "not ok $n dkms: silent where there is none"; failed=1; else echo "ok $n dkms: silent where there is none"; fi

healthy; library usr/lib/x86_64-linux-gnu 0.0.9
expect "library: older than the module" 0 "^warn  library: 0.0.9 in .*, the module is $version" 'one release'
module $M/updates/dkms/chorus.ko 0.0.9 $R
expect "library: as the module that will be loaded next" 0 '^ok    library: 0.0.9'
healthy; library usr/local/lib 0.0.9
expect "library: the loader's first counts" 0 '^warn  library: 0.0.9 in /usr/local/lib'
expect "library: there is a second one" 0 "^warn  library: another one, $version" 'remove one'
healthy; rm -r "$box/usr/lib/x86_64-linux-gnu"
expect "library: none" 0 '^ok    library: none installed'

healthy; unload
expect "loaded: not" 1 '^FAIL  loaded: ' 'modprobe chorus'
expect "loaded: and so no device" 1 '^warn  device: '
healthy; put sys/module/chorus/version 0.0.9
expect "version: an older one is loaded" 0 '^warn  version: 0.0.9 is loaded' 'modprobe -r chorus'
module $M/updates/dkms/chorus.ko 0.0.9 $R
expect "version: the tool is newer" 0 '^warn  version: the module is 0.0.9, chorusctl is' 'one release'

healthy; mkdir -p "$box/${secure%/*}"; printf '\006\000\000\000\001' >"$box/$secure"
expect "Secure Boot: on, loaded all the same" 0 '^ok    Secure Boot: on'
unload
expect "Secure Boot: on" 1 '^warn  Secure Boot: on' 'mokutil --import'
printf '\006\000\000\000\000' >"$box/$secure"
expect "Secure Boot: off" 1 '^ok    Secure Boot: off'
rm -r "${box:?}/${secure%/*}"
expect "Secure Boot: no efivarfs" 1 '^warn  Secure Boot: cannot tell' 'mount -t efivarfs'
healthy; unload; put sys/kernel/security/lockdown 'none [integrity] confidentiality'
expect "lockdown" 1 '^warn  lockdown: integrity' 'sign chorus.ko'
expect "lockdown: and so signatures" 1 '^ok    signatures: enforced by the lockdown'
rm -r "$box/sys/kernel/security"
expect "lockdown: not in this kernel" 1 '^ok    lockdown: '
healthy; unload; put sys/module/module/parameters/sig_enforce Y
expect "signatures: enforced" 1 '^warn  signatures: enforced' 'sign chorus.ko'
put proc/cmdline 'quiet module.sig_enforce=1'
expect "signatures: by the command line" 1 '^warn  signatures: .*module.sig_enforce'
healthy; put proc/sys/kernel/modules_disabled 1; unload
expect "no module loads any more" 1 '^FAIL  modules_disabled: ' 'before it'
expect "no module loads any more: boot" 1 '^FAIL  loaded: ' 'boot again'

healthy; rm "$box/dev/chorus"
expect "device: not there" 1 '^FAIL  device: ' mknod
healthy; put etc/group root:x:0:
expect "device: no group" 0 '^warn  device: .*no group' 'groupadd --system chorus'
healthy; put etc/group chorus:x:54321:
expect "device: another group" 0 '^warn  device: .*not 0660' '60-chorus.rules'
healthy; chmod 666 "$box/dev/chorus"
expect "device: for everybody" 0 '^warn  device: .*everybody' 'chmod 0660'
healthy
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	as=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	expect "permission: not in the group" 1 '^FAIL  permission: ' 'usermod -aG chorus'
	put etc/group "chorus:x:$(id -g):a,nobody"
	expect "permission: a member since this login" 1 '^FAIL  permission: nobody' 'log in again'
	put etc/group "chorus:x:54321:"
	expect "permission: of another group" 1 '^FAIL  permission: ' 'see the line about the device'
fi

healthy; rm -r "$box/sys/kernel/tracing"
expect "tracefs: not there" 0 '^warn  tracefs: ' 'mount -t tracefs'
healthy; put proc/sys/kernel/io_uring_disabled 2
expect "io_uring: told" 0 '^ok    io_uring: .*= 2'
rm -rf "$box"; mkdir "$box"
expect "nothing there" 1 '^FAIL  kernel: '
echo "1..$n"
exit $failed
