#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Guest side of the selftests: every program in /selftests with a time limit of its own, its output
# indented as a KTAP subtest, the kernel log looked at after each. At the end the modules unload and
# nothing of ours may be left. run.sh [pattern...]
#
# A program prints TAP, or only ends with a status: 0 passed, 4 (kselftest's code) or 77 skipped.
# SLOW: the factor of this kernel on all limits of time, from the rig.
LIMIT=$((${TEST_LIMIT:-300} * ${SLOW:-1}))
patterns=${*:-*}
KMEMLEAK=/sys/kernel/debug/kmemleak LOCKDEP=/proc/lockdep_stats

wanted()
{
	[ -f "$1" ] && [ -x "$1" ] || return 1
	case $1 in *.so|*.so.*|*.o|*.d) return 1 ;; esac
	for pattern in $patterns; do
		# shellcheck disable=SC2254  # a pattern is meant
		case ${1##*/} in $pattern) return 0 ;; esac
	done
	return 1
}

# Kernel lines since the mark of the current test, if one of them is a complaint.
complaint()
{
	dmesg | sed "1,/selftest-mark: $mark\$/d" >/tmp/log
	line=$(grep -nE -f /etc/splat.re /tmp/log | head -n 1 | cut -d: -f1)
	[ -n "$line" ] || return 1
	sed -n "$line,$((line + 20))p" /tmp/log | sed 's/^/    # /'
}

# result NAME REASON: failed where there is a reason
result()
{
	if [ -z "$2" ]; then echo "ok $number $1"; else echo "not ok $number $1 # $2"; failed=1; fi
}

# Seconds since the boot.
now() { cut -d' ' -f1 /proc/uptime; }

# The patterns are for names, not for what lies in this folder.
set -f
# shellcheck disable=SC2046  # our programs have plain names
set -- $(find /selftests -maxdepth 1 -type f | sort | while read -r p; do wanted "$p" && echo "$p"; done)
[ $# -gt 0 ] || { echo "Bail out! no selftest matches $patterns"; exit 1; }
# Without the device every program would skip itself, and nothing tested would look like nothing wrong.
[ -c /dev/chorus ] || { echo "Bail out! chorus.ko is loaded and made no /dev/chorus"; exit 1; }

echo "KTAP version 1"
checks=1
for file in $KMEMLEAK $LOCKDEP; do [ ! -f $file ] || checks=$((checks + 1)); done
echo "1..$(($# + checks))"
number=0 failed=0
: >/out/skipped
: >/out/times
for program; do
	number=$((number + 1))
	name=${program##*/}
	mark=$number-$name
	echo "selftest-mark: $mark" >/dev/kmsg
	echo "    # Subtest: $name"
	start=$(now)
	# In a session of its own, so that what a program leaves running ends with it.
	(cd /tmp && exec setsid timeout -k 5 "$LIMIT" "$program") >/tmp/output 2>&1 </dev/null &
	session=$!
	wait $session
	status=$?
	kill -9 -$session 2>/dev/null
	echo "$start $(now) $name" | awk '{ printf "%6.2f %s\n", $2 - $1, $3 }' >>/out/times
	sed 's/^/    /' /tmp/output
	reason=
	case $status in
	0|4|77) ;;
	124|137|143) reason="no end within $LIMIT s, or killed (status $status)" ;;
	*) reason="status $status" ;;
	esac
	complaint && reason="the kernel complained"
	# Whatever was left out, a whole program or a line of it, is for the run with the test build.
	if [ "$status" != 0 ] && [ -z "$reason" ]; then
		echo "ok $number $name # SKIP"
		echo "$name" >>/out/skipped
	else
		result "$name" "$reason"
		! grep -qi '# *skip' /tmp/output || echo "$name" >>/out/skipped
	fi
done

# Nothing left: the actors' modules go, the nucleus goes, no cache of ours stays.
number=$((number + 1))
mark=$number-unload
echo "selftest-mark: $mark" >/dev/kmsg
reason=
for module in $(lsmod | awk '$1 ~ /^chorus_/ { print $1 }') chorus; do
	rmmod "$module" >/tmp/output 2>&1 || { reason="rmmod $module"; sed 's/^/    # /' /tmp/output; }
done
left=$(awk '$1 ~ /^chorus/ { print $1 "=" $2 }' /proc/slabinfo)
[ -z "$left" ] || reason="left behind: $left"
complaint && reason="the kernel complained"
result unload "$reason"

# On a kernel with checkers: no memory that nobody points to, and a lockdep that looked until the end.
if [ -f $KMEMLEAK ]; then
	number=$((number + 1))
	reason=
	leaks >/tmp/output 2>&1 || { reason="memory is lost"; sed 's/^/    # /' /tmp/output; }
	result leaks "$reason"
fi
if [ -f $LOCKDEP ]; then
	number=$((number + 1))
	reason=
	grep -q '^ *debug_locks: *1$' $LOCKDEP || reason="lockdep has turned itself off"
	result lockdep "$reason"
fi
exit $failed
