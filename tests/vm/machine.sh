# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The machine a guest gets, by architecture. Sourced after common.sh, accel.sh.
#
# machine_of ARCH MODE CPUS: set qemu, machine[], serial[] and
#   console        the kernel's console
#   parameters     what its kernel must be told
#   conf           where the guest's init finds the ttys of the command and of what it hands back
#   orderly        QEMU's status after an end in good order
# MODE icount is for x86_64 alone. $out is where console and back go; $IMAGE and $base are known.

machine_of()
{
	case $1 in
	x86_64) machine_x86_64 "$2" "$3" ;;
	arm64) machine_arm64 "$2" "$3" ;;
	*) die "no machine for the architecture '$1'" ;;
	esac
	command -v "$qemu" >/dev/null || die "no $qemu on this box: run tests/vm/host-setup"
}

machine_x86_64()
{
	local accel khz
	parameters=
	qemu=qemu-system-x86_64
	machine=(-machine q35 -device isa-debug-exit,iobase=0xf4,iosize=0x4)
	case $1 in
	plain)
		accel=kvm
		if ! kvm_works "$IMAGE" "$base"; then
			accel=tcg,thread=multi
			# Measured in the guest, on a busy box, a clock may run fifty times too fast.
			khz=$(tsc_khz)
			[ -z "$khz" ] || parameters=tsc_early_khz=$khz
		fi
		machine+=(-accel "$accel" -smp "$2" -cpu max)
		;;
	icount)
		machine+=(-accel tcg -icount "shift=0,sleep=off" -smp 1 -cpu "max,-rdrand,-rdseed")
		# Emulation counts rep movsb byte by byte: without ERMS the kernel copies as it should be counted.
		parameters='norandmaps clearcpuid=erms,fsrm'
		machine+=(-rtc "base=2026-01-01T00:00:00,clock=vm" -seed 1)
		;;
	esac
	serial=(-serial "file:$out/console" -serial chardev:command -serial "file:$out/back")
	console=ttyS0
	conf=
	orderly=33
}

# The board has one UART of its own; the others are on PCI. It ends by powering off.
machine_arm64()
{
	[ "$1" = plain ] || die "mode $1 is for x86_64 alone"
	qemu=qemu-system-aarch64
	parameters=
	machine=(-machine virt -accel tcg,thread=multi -smp "$2" -cpu cortex-a72)
	serial=(-serial "file:$out/console" -chardev "file,id=back,path=$out/back")
	serial+=(-device pci-serial-2x,chardev1=command,chardev2=back)
	console=ttyAMA0
	conf='COMMAND_TTY=ttyS0 BACK_TTY=ttyS1'
	orderly=0
}
