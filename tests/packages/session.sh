# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A guest's side of the channels that tests/vm/guest/init describes: results on ttyS1; BOOT, END, and
# the files of /out on ttyS2. Sourced by the scripts that a booted box runs.

session_start()
{
	local tty
	for tty in /dev/ttyS1 /dev/ttyS2; do stty -F $tty raw -echo; done
	mkdir -p /out
	# A firmware has left half a line on each.
	echo >/dev/ttyS1
	echo >/dev/ttyS2
	echo "BOOT $(cut -d' ' -f1 /proc/uptime) $(uname -r)" >/dev/ttyS2
	exec </dev/null >/dev/ttyS1 2>&1
}

# session_end STATUS: hand back, and stop the machine without ceremony.
session_end()
{
	dmesg >/out/.dmesg
	{
		echo "END $(cut -d' ' -f1 /proc/uptime) $1"
		cd /out && find . -type f -o -type d | cpio -o -H newc --quiet
	} >/dev/ttyS2 2>/dev/null
	/packages/poweroff-now
	poweroff -f
}
