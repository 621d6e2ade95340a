#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# chorusctl against a loaded nucleus, in a guest. Prints TAP; JSON goes to /out for the host to parse.
PORTS=100
n=0 failed=0

# result TEXT: passed if the last command was.
result()
{
	status=$?
	n=$((n + 1))
	if [ $status = 0 ]; then echo "ok $n $1"; return; fi
	echo "not ok $n $1"
	head -n 40 /tmp/out /tmp/err 2>/dev/null | sed 's/^/#   /'
	failed=1
}

# run COMMAND...: output to /tmp/out, errors to /tmp/err, status to $ran.
run()
{
	timeout 120 "$@" >/tmp/out 2>/tmp/err </dev/null
	ran=$?
}

# till COMMAND...: wait until it succeeds, a minute at most; a machine may be slow.
till()
{
	tries=0
	until "$@"; do
		tries=$((tries + 1))
		[ $tries -lt 600 ] || return 1
		usleep 100000
	done
}

# line WORDS...: does a line of the output have these fields, in this order, others between allowed?
line()
{
	pattern=
	for word; do pattern="$pattern(^|.* )$word"; done
	grep -qE "$pattern( |\$)" /tmp/out
}

rows() { sed 1d /tmp/out | wc -l; }
one_error() { [ "$ran" = 1 ] && [ ! -s /tmp/out ] && [ "$(wc -l </tmp/err)" = 1 ] && grep -q "$1" /tmp/err; }
counter() { chorusctl stat "$1" | awk 'NR == 2 { print $2 }'; }
watched="send receive lap_invoke call_handler actor_born actor_dead"
counters() { for name in $watched; do printf '%s ' "$(counter "$name")"; done; }

run chorusctl actors
[ $ran = 0 ] && line 'actor:1:[0-9a-f]{16}' echo supervisor - 0:0:0 2 2 && [ "$(rows)" = 1 ]
result "actors: echo, alone"
before=$(counters)

# Two actors: a shell, and a program with ports.
mkfifo /tmp/shell /tmp/actor
sh -c 'exec 3<>/dev/chorus; echo $$ >/tmp/shell.pid; read -r x </tmp/shell' &
exec 4>/tmp/shell
/t/actor $PORTS </tmp/actor >/tmp/actor.ui 2>/tmp/actor.err &
actor=$!
exec 5>/tmp/actor
till test -s /tmp/actor.ui || cat /tmp/actor.err
# It says its number after it has opened the device.
till test -s /tmp/shell.pid
after=$(counters)
ui=$(cat /tmp/actor.ui)

run chorusctl actors
[ $ran = 0 ] && line echo supervisor && line sh user "$(cat /tmp/shell.pid)" 0:0:0 &&
	line watched user $actor $((PORTS + 1)) && [ "$(rows)" = 3 ]
result "actors: the shell with its process, the program with its name and ports"
[ "$(awk '{ print length }' /tmp/out | sort -n | tail -n 1)" -le 100 ]
result "lines fit in 100 columns"

run chorusctl ports
[ $ran = 0 ] && line "$ui" watched 3 - 1 2 1
result "ports: enabled with its priority, two messages queued, one received"
line statport:1:000000006563686f echo yes
result "ports: the handler of echo"
rows=$(rows)
[ "$rows" = $((PORTS + 1 + 1 + 2)) ] && [ "$(awk '{ print $1 }' /tmp/out | sort | uniq -d | wc -l)" = 0 ]
result "ports: every one, once ($rows)"
run chorusctl site
[ $ran = 0 ] && line ports "$rows" && line actors 3 && line laps 2 && line groups 1 && line site 1 &&
	line version "$(cat /sys/module/chorus/version)"
result "site: number, version and counts"

run chorusctl laps
[ $ran = 0 ] && line 'lap:1:[0-9a-f]{16}' null echo safe prompt 0 && line echo echo safe prompt 64 && [ "$(rows)" = 2 ]
result "laps: null and echo"
run chorusctl groups
[ $ran = 0 ] && line 'usergroup:0:0000000000000007' 2 0 && [ "$(rows)" = 1 ]
result "groups: the one, with its two members"
run chorusctl --hex laps
line '05[0-9a-f]{14}:[0-9a-f]{16}' null
result "whole identifiers"

# shellcheck disable=SC2086  # words are meant
grown=$(set -- $before $after; echo $(($7 - $1)) $(($8 - $2)) $(($9 - $3)) $((${10} - $4)) $((${11} - $5)) $((${12} - $6)))
[ "$grown" = "3 1 7 2 2 0" ]
result "stat: $watched grew by $grown"
run chorusctl stat 'lap_*'
[ "$(rows)" = 2 ] && line lap_invoke && line lap_refused
result "stat: a pattern"
run chorusctl stat 'no*such'
[ $ran = 0 ] && [ "$(cat /tmp/out)" = "COUNTER  VALUE" ]
result "stat: nothing is a header"
run chorusctl stat -n
[ $ran = 0 ] && ! line 0
result "stat: no zeroes"
# (What is still there of the command before is not to be taken for its lines.)
: >/tmp/out
chorusctl -j stat -w 0.2 'actor_*' >/tmp/out 2>/tmp/err </dev/null &
watcher=$!
three_lines() { [ "$(wc -l </tmp/out)" -ge 3 ]; }
till three_lines
# (Stopped first, so that no line is cut.)
kill $watcher
wait $watcher 2>/dev/null
three_lines && grep -q '"actor_born":{"value":[0-9]*,"per_second":0}' /tmp/out && cp /tmp/out /out/watch.json
result "stat: watched"
(timeout 60 chorusctl stat -w 0.2 2>/tmp/err; echo $? >/tmp/status) | head -n 1 >/tmp/out
[ -s /tmp/out ] && [ ! -s /tmp/err ] && [ "$(cat /tmp/status)" != 124 ]
result "a broken pipe is quiet"
run sh -c 'exec chorusctl stat >/dev/full'
[ $ran = 1 ] && grep -q 'cannot write: No space left' /tmp/err
result "a full disk is told"

for list in actors ports laps groups stat site doctor; do
	run chorusctl $list --json
	cp /tmp/out /out/$list.json
	[ $ran = 0 ] && [ ! -s /tmp/err ]
	result "$list as JSON"
done

# Another site is another world.
run unshare -n chorusctl ports
[ $ran = 0 ] && ! line watched && line echo
result "a new network namespace has its own ports"
run unshare -n chorusctl site
line site '[0-9]{10}'
result "and its own number"

for list in actors ports laps groups stat site; do
	run su nobody -c "PATH=$PATH chorusctl $list"
	one_error 'no permission.*CAP_NET_ADMIN'
	result "$list: who has no CAP_NET_ADMIN gets one line"
done
run su nobody -c "PATH=$PATH unshare -Urn chorusctl site"
if [ $ran != 0 ] && grep -q '^unshare' /tmp/err; then
	n=$((n + 1)); echo "ok $n a namespace of one's own may be looked at # SKIP no user namespaces"
else
	[ $ran = 0 ] && line site
	result "a namespace of one's own may be looked at"
fi

run chorusctl doctor
[ $ran = 0 ] && ! grep -q ^FAIL /tmp/out && grep -q '^ok    handshake: ABI' /tmp/out &&
	grep -q '^ok    netlink:' /tmp/out && grep -q '^ok    device:' /tmp/out && grep -q '^ok    loaded:' /tmp/out
result "doctor: a working nucleus"
[ "$(grep -c ^warn /tmp/out)" = "$(grep -c '^      cure: ' /tmp/out)" ]
result "doctor: a cure for each warning"
run su nobody -c "PATH=$PATH chorusctl doctor"
[ $ran = 1 ] && grep -q '^FAIL  permission: nobody' /tmp/out && grep -q 'usermod -aG chorus nobody' /tmp/out &&
	grep -q '^warn  netlink: ' /tmp/out
result "doctor: not in the group"
sed -i 's/^chorus:.*/&nobody/' /etc/group
run su nobody -c "PATH=$PATH chorusctl doctor"
[ $ran = 0 ] && grep -q '^ok    permission: nobody' /tmp/out && grep -q '^ok    handshake:' /tmp/out
result "doctor: in the group"
chmod 0666 /dev/chorus
run chorusctl doctor
grep -q '^warn  device: .*everybody' /tmp/out
result "doctor: a device for everybody"

exec 4>&- 5>&-
wait
# Sites go in their own time after their namespaces, each with its echo.
one_lives() { [ $(($(counter actor_born) - $(counter actor_dead))) = 1 ]; }
till one_lives
left=$?
run chorusctl actors
[ "$(rows)" = 1 ] && line echo && [ $left = 0 ]
result "actors: echo, alone again"

rmmod chorus_echo
run chorusctl laps
[ $ran = 0 ] && [ "$(wc -l </tmp/out)" = 1 ] && grep -q '^UI ' /tmp/out
result "laps: none is a header"
run chorusctl -j actors
[ $ran = 0 ] && tr -d ' \n' </tmp/out | grep -qx '\[\]'
result "actors: none is an empty array"
rmmod chorus
result "the module unloads"
for list in actors ports laps groups stat site; do
	run chorusctl $list
	one_error 'not loaded'
	result "$list: without the module, one line"
done
run chorusctl doctor
[ $ran = 1 ] && grep -q '^FAIL  loaded: ' /tmp/out && grep -A 1 '^FAIL  loaded: ' /tmp/out | grep -q 'cure: ' &&
	! grep -q '^ok *handshake' /tmp/out
result "doctor: without the module"
echo "1..$n"
exit $failed
