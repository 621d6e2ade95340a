# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Which accelerator QEMU gets, and what an emulated guest must be told about its clock. A /dev/kvm that opens is no proof that it boots this kernel, so the
# question is answered once per kernel image and host by booting it. Sourced after common.sh.

# kvm_works IMAGE BASE: does KVM take this kernel to our init?
kvm_works()
{
	local key answer dir
	[ -r /dev/kvm ] && [ -w /dev/kvm ] && [ "${CHORUS_KVM:-1}" != 0 ] || return 1
	key=$({ echo "$1"; uname -a; qemu-system-x86_64 --version; } | sha256sum | cut -c1-16)
	answer=$cache/kvm/$key
	if [ ! -s "$answer" ]; then
		mkdir -p "$cache/kvm"
		dir=$(mktemp -d)
		say "asking once whether KVM boots this kernel"
		mkdir -p "$dir/root/chorus"
		: >"$dir/root/chorus/load"
		printf 'INTERACTIVE=0\nSLOW=1\n' >"$dir/root/chorus/run.conf"
		echo : >"$dir/root/chorus/command"
		{ cat "$2"; cd "$dir/root" && find . | cpio -o -H newc --quiet; } >"$dir/initrd"
		# In a subshell: a QEMU that aborts (some KVMs make it) is an answer, not news.
		( timeout -k 2 20 qemu-system-x86_64 -machine q35 -accel kvm -cpu max -smp 1 -m 512 -nodefaults \
			-no-user-config -display none -no-reboot -kernel "$1" -initrd "$dir/initrd" \
			-append "console=ttyS0 quiet panic=-1" -serial null -serial null -serial "file:$dir/back" \
			-device isa-debug-exit,iobase=0xf4,iosize=0x4 </dev/null >/dev/null 2>&1; exit $? ) 2>/dev/null
		if [ $? = 33 ] && grep -qa '^END ' "$dir/back"; then echo yes; else echo no; fi >"$answer"
		rm -rf "$dir"
	fi
	[ "$(cat "$answer")" = yes ]
}

# tsc_khz: the rate of the counter that is an emulated guest's clock, or nothing. Asked once a boot of this box.
tsc_khz()
{
	local answer program
	answer=$cache/tsc/$(cat /proc/sys/kernel/random/boot_id)
	if [ ! -s "$answer" ]; then
		mkdir -p "$cache/tsc" && program=$(mktemp -d) || return
		if "${CC:-gcc}" -O2 -o "$program/tsc" "$vm_dir/tsc.c" 2>/dev/null && "$program/tsc" >"$answer.$$"; then
			mv "$answer.$$" "$answer"
		fi
		rm -rf "$program" "$answer.$$"
	fi
	cat "$answer" 2>/dev/null
}
