#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What the demo shows, inside the guest. The modules are loaded; tools are on PATH; the programs of the
# tutorial in /examples. A result that is not what it says ends the demo with status 1.
set -eu
PATH=/examples:$PATH

act() { printf '\n== %s\n' "$*"; }
show() { printf '   $ %s\n' "$*"; }

# want WHAT COMMAND...: run it and show it; its output must have WHAT in it.
want()
{
	what=$1
	shift
	show "$@"
	"$@" >/tmp/said 2>&1 || true
	sed 's/^/   /' /tmp/said
	grep -q -- "$what" /tmp/said || { echo "   expected: $what"; exit 1; }
}

start_server()
{
	rm -f /tmp/name
	server >/tmp/name &
	server=$!
	while [ ! -s /tmp/name ]; do sleep 1; done
	read -r head tail </tmp/name
}

act "The nucleus is in the kernel, and one supervisor actor"
lsmod | grep '^chorus' | sed 's/^/   /'
ls -l /dev/chorus | sed 's/^/   /'

act "Two processes are actors; one calls a port of the other"
show "server &"
start_server
want 'HELLO' client "$head" "$tail" hello

act "A process calls a procedure of the supervisor actor, on its own thread (LRPC)"
want 'answer is 42' lap

act "The server is killed with a request in its hands: its client gets an answer"
show "client $head $tail work &"
client "$head" "$tail" work >/tmp/client &
client=$!
tries=20
until chorusctl ports | awk '$2 == "upper" && $NF >= 2' | grep -q . || [ $tries = 0 ]; do sleep 1; tries=$((tries - 1)); done
show "kill -9 $server"
kill -9 "$server"
wait "$client" || true
want 'server died' cat /tmp/client
want 'out of reach' client "$head" "$tail" hello

act "What there is now"
want '.' chorusctl actors
want '.' chorusctl laps
want 'call_server_dead' chorusctl stat -n

act "The modules go, and nothing of theirs stays"
for module in chorus_echo chorus; do
	show rmmod $module
	rmmod $module
done
left=$(grep -c '^chorus' /proc/slabinfo || true)
show "grep -c ^chorus /proc/slabinfo"
printf '   %s\n' "$left"
[ "$left" = 0 ]
