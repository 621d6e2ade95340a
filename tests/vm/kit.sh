# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What a guest gets of the built tree. Sourced after common.sh.

# kit_arguments: fill kit[] with the options of tests/vm/run: the nucleus and the echo actor loaded,
# the other modules at hand in /lib/chorus, the tools on PATH, the library where the loader looks.
kit_arguments()
{
	local file
	kit=()
	: "${BUILD:?}" "${MODULES:?}" "${KERNEL:?}"
	[ -f "$MODULES/chorus.ko" ] || die "no $MODULES/chorus.ko: run make first"
	kit+=(-i "$MODULES/chorus.ko")
	while read -r file; do
		case ${file##*/} in
		chorus.ko|chorus_kunit.ko) ;;
		chorus_echo.ko) kit+=(-i "$file") ;;
		*) kit+=(-I "$file") ;;
		esac
	done < <(find "$MODULES" -name '*.ko' | LC_ALL=C sort)
	while read -r file; do
		kit+=(-f "$file:/usr/lib/$(soname "$file")")
	done < <(find "$BUILD/user/lib" -name '*.so*' -type f 2>/dev/null)
	while read -r file; do
		kit+=(-f "$file")
	done < <(find "$BUILD/user/daemons" -type f -perm /111 ! -name '*.so*' ! -name '*.sh' 2>/dev/null)
	# Programs find the library of this build, not one installed on the box.
	export LD_LIBRARY_PATH=$BUILD/user/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
}

# The name programs ask the loader for.
soname()
{
	local name
	name=$(objdump -p "$1" 2>/dev/null | awk '$1 == "SONAME" { print $2 }')
	echo "${name:-${1##*/}}"
}
