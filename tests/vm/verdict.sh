# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Judge a finished guest from what it left in $out. Sourced after common.sh.

# Statuses of tests/vm/run beside the command's own.
readonly TIMED_OUT=124 SPLAT=126 NEVER_BOOTED=127

# Show the kernel's words around the first complaint in a log.
excerpt()
{
	local line
	line=$(grep -naEm1 -f "$vm_dir/splat.re" "$1" | cut -d: -f1)
	say "the kernel log says ($1:$line):"
	sed -n "$((line > 2 ? line - 2 : 1)),$((line + 30))p" "$1" | tr -d '\r' >&2
}

# A complaint in the console (all that is left after a panic) or in the full log.
splat()
{
	local log
	for log in "$out/dmesg" "$out/console"; do
		if [ -s "$log" ] && grep -qaE -f "$vm_dir/splat.re" "$log"; then
			excerpt "$log"
			return 0
		fi
	done
	return 1
}

# stale_breakpoint LOG: did the kernel die of a breakpoint that it has not got? While it patches its code it puts int3
# there for an instant. An emulator that translates this instant for one CPU while another one stores the next byte
# may keep what it has translated, and run it later. That is sure when this is the first complaint and the byte
# before the one that the kernel marks is not int3; of an int3 that stands there nobody is excused.
stale_breakpoint()
{
	tr -d '\r' <"$1" | awk -v rules="$vm_dir/splat.re" '
	BEGIN { while ((getline rule < rules) > 0) if (rule !~ /^#/) complaint[++n] = rule }
	!trap && / (Oops: )?int3: [0-9a-f]+ \[#1\]/ { trap = 1; next }
	!trap { for (i = 1; i <= n; i++) if ($0 ~ complaint[i]) exit }
	trap && / Code: / { stale = / [0-9a-f][0-9a-f] <[0-9a-f][0-9a-f]>/ && !/ cc </; exit }
	END { exit !stale }'
}

# Split what came through ttyS2: lines BOOT and END, then a cpio archive.
unpack_back()
{
	local skip
	boot_line=$(grep -am1 '^BOOT ' "$out/back" | tr -d '\r') || boot_line=
	end_line=$(grep -am1 '^END ' "$out/back" | tr -d '\r') || end_line=
	rm -rf "$out/out" "$out/dmesg"
	mkdir -p "$out/out"
	[ -n "$end_line" ] || return 0
	skip=$(grep -abm1 '^END ' "$out/back" | cut -d: -f1)
	skip=$((skip + ${#end_line} + 2))
	tail -c "+$skip" "$out/back" | (cd "$out/out" && cpio -idm --quiet --no-absolute-filenames) 2>"$out/cpio.log" ||
		say "the files of the guest came back damaged: $(tail -n 1 "$out/cpio.log")"
	[ ! -f "$out/out/.dmesg" ] || mv "$out/out/.dmesg" "$out/dmesg"
}

# verdict QEMU_STATUS: print what is wrong, return the status of the run.
verdict()
{
	local qemu=$1 status tap
	unpack_back
	if [ -z "$boot_line" ]; then
		say "the guest never booted (qemu status $qemu); the end of $out/console and $out/qemu.log:"
		tail -n 15 "$out/console" "$out/qemu.log" >&2 2>/dev/null
		return "$NEVER_BOOTED"
	fi
	tap=0
	if [ "$interactive" = 0 ]; then
		"$vm_dir/ktap" "$out/tap" >"$out/summary" || tap=$?
		[ "$tap" = 2 ] || sed 's/^/# /' "$out/summary"
	fi
	if splat; then return "$SPLAT"; fi
	if [ "$qemu" = 124 ] || [ "$qemu" = 137 ]; then
		say "no end after $limit s; the end of the output and of $out/console:"
		tail -n 5 "$out/tap" >&2
		tail -n 15 "$out/console" >&2
		return "$TIMED_OUT"
	fi
	if [ -z "$end_line" ] || [ "$qemu" != "$orderly" ]; then
		say "the guest went away before its command ended (qemu status $qemu); the end of $out/console:"
		tail -n 15 "$out/console" >&2
		return "$SPLAT"
	fi
	[ -s "$out/dmesg" ] || { say "the guest ended without handing back its kernel log"; return "$RIG_ERROR"; }
	status=${end_line##* }
	# 124..127 are ours: a command that ends with one of them must not pass for them.
	if [ "$status" -ge 124 ] && [ "$status" -le 127 ]; then
		say "the command ended with status $status"
		status=123
	fi
	[ "$status" != 0 ] || [ "$tap" != 1 ] || status=1
	return "$status"
}
