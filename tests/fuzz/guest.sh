#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Guest side of the fuzzer: chorus-fuzz with the arguments given, then nothing may be left.
# Environment: CALLS, the least number of calls.

number=0 failed=0
result()	# STATUS TITLE
{
	number=$((number + 1))
	if [ "$1" = 0 ]; then echo "ok $number - $2"; else echo "not ok $number - $2"; failed=1; fi
}

# Failing allocations, where the kernel can, whatever the flags, without a word for each.
for what in failslab fail_page_alloc fail_usercopy; do
	[ -d /sys/kernel/debug/$what ] || continue
	for knob in ignore-gfp-wait verbose; do
		[ ! -e /sys/kernel/debug/$what/$knob ] || echo 0 >/sys/kernel/debug/$what/$knob
	done
done
# Looked for once, at the end; not where it was turned off to be quicker (kmemleak=off).
kmemleak=/sys/kernel/debug/kmemleak watched=0
if [ -f $kmemleak ] && (echo scan=off >$kmemleak) 2>/dev/null; then watched=1; fi

echo "TAP version 13"
# All of it is for people, but the last line, which is the sum.
{ /t/chorus-fuzz -o /out "$@" 2>&1; echo "status $?"; } | tee /tmp/fuzz.out | sed 's/^[^#]/# &/'
status=$(sed -n 's/^status //p' /tmp/fuzz.out)
cp /tmp/fuzz.out /out/report
awk '$1 == "cpu" { printf "# of %d s of CPU: user %d, system %d, idle %d\n", ($2 + $4 + $5) / 100, $2 / 100, $4 / 100, $5 / 100 }' /proc/stat
result $status "no complaint of the kernel, every killed process dies"
calls=$(sed -n 's/^calls \([0-9]*\) .*/\1/p' /tmp/fuzz.out)
skip=
# Three times as long as asked for, and not enough: that is the machine. Next to nothing is us.
[ "${calls:-0}" -ge "${CALLS:-0}" ] || skip=" # SKIP this machine is too slow"
[ "${calls:-0}" -ge $((${CALLS:-0} / 100)) ]
result $? "${calls:-0} calls, ${CALLS:-0} are wanted$skip"

# A module that is busy is somebody who was not reaped: give the last ones a moment.
gone=1
for module in chorus_probe chorus_echo chorus; do
	for _ in $(seq 60); do
		grep -q "^$module " /proc/modules || break
		rmmod $module 2>/tmp/rmmod && break
		sleep 1
	done
	grep -q "^$module " /proc/modules && { gone=0; sed 's/^/# /' /tmp/rmmod; }
done
[ $gone = 1 ]
result $? "the modules unload"
left=$(awk '$1 ~ /^chorus/ { print $1 "=" $2 }' /proc/slabinfo)
[ -z "$left" ] || echo "# left behind: $left"
[ -z "$left" ]
result $? "nothing is left in the slab caches"
if [ $watched = 1 ]; then
	leaks >/tmp/leaks 2>&1
	status=$?
	sed 's/^/# /' /tmp/leaks
	result $status "no memory is lost"
fi
if [ -f /proc/lockdep_stats ]; then
	grep -q '^ *debug_locks: *1$' /proc/lockdep_stats
	result $? "lockdep has watched until the end"
fi
echo "1..$number"
exit $failed
