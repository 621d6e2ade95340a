#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# First process of the box in place of systemd, where that is not what is looked at. Which tests, the
# kernel's command line says: packages_tests=plain|tree|refused|trusted. TAP.
set -u
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t securityfs securityfs /sys/kernel/security
mount -t efivarfs efivarfs /sys/firmware/efi/efivars 2>/dev/null
mount -t tmpfs tmp /tmp
# shellcheck source-path=SCRIPTDIR source=tap.sh
. /packages/tap.sh
# shellcheck source-path=SCRIPTDIR source=session.sh
. /packages/session.sh
kernel=$(uname -r)
doctor() { chorusctl doctor || true; }
calls() { says '^lap: the answer is 42$' lap; }

# enrol NAME GUID: one variable of the firmware, in the one write that it wants.
enrol()
{
	local file=/sys/firmware/efi/efivars/$1-$2
	{ printf '\047\000\000\000'; cat "/packages/keys/$1.auth"; } >/tmp/variable
	dd if=/tmp/variable of="$file" bs=65536 2>/dev/null && [ -s "$file" ]
}

plain()
{
	is "the modules of kernel $kernel load" modprobe -a chorus chorus_echo
	is "the supervisor actor is called" calls
	is "one of one's own loads" modprobe hello
	is "and is called" says 'which is me' hello-call
	is "they unload" modprobe -r hello chorus_echo chorus
}

# No module of a package: what a developer does.
tree()
{
	cd /packages/tree || exit
	is "make load" make load
	is "both modules are in" grep -q '^chorus_echo ' /proc/modules
	is "what was loaded is what was built" [ "$(cat /sys/module/chorus/srcversion)" = "$(modinfo -F srcversion build/host/chorus.ko)" ]
	is "the device is the group's" [ "$(stat -c '%G %a' /dev/chorus)" = 'chorus 660' ]
	is "the supervisor actor is called" calls
	is "make unload" make unload
	is "nothing is left" [ ! -e /sys/module/chorus ]
	is "make unload again is no error" make unload
}

# Signatures are enforced, and nobody trusts the key of DKMS yet.
refused()
{
	is "DKMS has signed the module" [ -n "$(modinfo -F signer chorus)" ]
	is "it is refused, and modprobe says why" refuses '[Kk]ey' modprobe chorus
	is "the doctor says that signatures are enforced" says '^warn +signatures: enforced' doctor
	is "and names the cure" says 'cure: .*mokutil --import /var/lib/dkms/mok.pub' doctor
	# The keys of this box are ours from the next boot on.
	is "the key of DKMS goes into the firmware's db" enrol db d719b2cb-3d3a-4596-a3bc-dad00e67656f
	is "and becomes the key exchange key" enrol KEK 8be4df61-93ca-11d2-aa0d-00e098032b8c
	is "and the platform key" enrol PK 8be4df61-93ca-11d2-aa0d-00e098032b8c
}

# Secure Boot is on, the kernel that runs is signed by the same key.
trusted()
{
	is "Secure Boot is on" says '^(ok|warn) +Secure Boot: on' doctor
	is "the kernel is locked down" grep -q '\[integrity\]' /sys/kernel/security/lockdown
	strip -g -o /tmp/unsigned.ko "$(modinfo -F filename chorus)"
	is "without its signature the module is refused" refuses '[Kk]ey' insmod /tmp/unsigned.ko
	is "signed by DKMS it loads" modprobe -a chorus chorus_echo
	is "the supervisor actor is called" calls
	is "the doctor has no cure" [ "$(doctor | grep -c '^FAIL')" = 0 ]
}

session_start
for word in $(</proc/cmdline); do case $word in packages_tests=*) tests=${word#*=} ;; esac; done
( echo "TAP version 13"; "$tests"; plan )
session_end $?
