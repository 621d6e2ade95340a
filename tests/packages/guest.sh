#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The box, booted by its own systemd, with the older release installed: who may use the nucleus, an
# upgrade under its users, removal. guest.sh OLD NEW. TAP.
set -u
# shellcheck source-path=SCRIPTDIR source=tap.sh
. "$(dirname "$0")/tap.sh"
# shellcheck source-path=SCRIPTDIR source=session.sh
. "$(dirname "$0")/session.sh"
old=$1 new=$2
mapfile -t kernels </etc/kernels-here
export DEBIAN_FRONTEND=noninteractive LC_ALL=C PATH=$PATH:/usr/sbin:/sbin
export CCACHE_DIR=/var/cache/ccache CCACHE_COMPILERCHECK=content CCACHE_NOCOMPRESS=1 \
	CCACHE_SLOPPINESS=include_file_ctime,include_file_mtime

# as USER COMMAND...: as that user logs in, with his groups.
as() { runuser -u "$1" -- "${@:2}"; }

# until_true COMMAND...: wait for it, a minute at most.
until_true()
{
	local i
	for ((i = 0; i < 600; i++)); do "$@" && return; sleep 0.1; done
	return 1
}

device() { udevadm settle && [ "$(stat -c '%F %U %G %a' /dev/chorus | tee /dev/stderr)" = 'character special file root chorus 660' ]; }
loaded() { [ "$(cat /sys/module/chorus/version)" = "$1" ]; }
serves() { says '^client: HELLO$' as member client "$(cut -d' ' -f1 /tmp/name)" "$(cut -d' ' -f2 /tmp/name)" hello; }
start_server()
{
	: >/tmp/name
	as member server >/tmp/name &
	until_true [ -s /tmp/name ]
}
stop_server() { killall -q -KILL server; until_true unused; }
unused() { ! fuser -s /dev/chorus; }
# Closed files outlive their process for a moment.
unload() { until_true modprobe -q -r hello chorus_echo chorus; [ ! -e /sys/module/chorus ]; }
# The doctor's findings, whatever he thinks of them.
doctor() { "$@" chorusctl doctor || true; }

tests()
{
	echo "TAP version 13"
	is "modules-load.d has loaded the nucleus" loaded "$old"
	is "/dev/chorus belongs to root and the group chorus, 0660" device
	is "the supervisor actor loads" modprobe chorus_echo
	useradd -m -G chorus member && useradd -m stranger
	is "a member of the group calls a supervisor actor" says '^lap: the answer is 42$' as member lap
	is "and serves" start_server
	is "and is served" serves
	is "a stranger is refused, in one line" refuses '^lap: no permission .*in its group' as stranger lap
	is "to whom the doctor names the cure" says 'cure: sudo usermod -aG chorus stranger' doctor as stranger
	is "for a member the doctor has no cure" [ "$(doctor as member | grep -c '^FAIL')" = 0 ]
	is "versions of module, library and tools agree" says "^ok +version: $old" doctor
	is "a supervisor actor of one's own loads" modprobe hello
	is "and is called" says 'which is me' as member hello-call

	# ---- upgrade, while the server runs
	# DKMS builds for the kernel that runs and for the newest. In emulation one is enough; it finds the
	# newest by this file.
	mv "/boot/config-${kernels[1]}" /tmp/
	is "an upgrade" env PATH="/usr/lib/ccache:$PATH" dpkg -i /packages/new/*.deb
	is "dpkg and apt are content" sane
	is "the loaded nucleus is the old one" loaded "$old"
	is "and its server goes on" serves
	is "DKMS has built for the kernel that runs" built "$(uname -r)" "$new"
	is "the doctor sees two releases" says "warn +version: $old is loaded, $new is installed" doctor
	is "what is in use is not unloaded" refuses 'in use' rmmod chorus
	is "the server is stopped" stop_server
	is "the nucleus is unloaded" unload
	is "the new one is loaded" modprobe -a chorus chorus_echo
	is "it is the new one" loaded "$new"
	is "/dev/chorus is as before" device
	is "programs built for the old release work" says '^lap: the answer is 42$' as member lap

	# ---- removal
	is "a server again" start_server
	cp "$(modinfo -F filename chorus)" /tmp/chorus.ko
	is "removal leaves alone what is in use, and says so" says 'nucleus is in use' dpkg --remove chorus-dkms
	is "its server goes on" serves
	is "so does the supervisor actor" says '^lap: the answer is 42$' as member lap
	is "no module is left for the next boot" [ -z "$(find /lib/modules -name 'chorus*')" ]
	is "dpkg and apt are content" sane
	is "the server is stopped" stop_server
	is "the nucleus is unloaded" eval 'until_true rmmod chorus_echo && until_true rmmod chorus'
	# Once more, with nobody in it. The module of before will do, nothing has to be built.
	touch /etc/dkms/no-autoinstall
	is "installed again" dpkg -i /packages/new/chorus-dkms_*.deb
	is "loaded again" insmod /tmp/chorus.ko
	is "purge" dpkg --purge chorus-dkms chorus-tools libchorus-dev libchorus0
	is "what was not in use is unloaded" [ ! -e /sys/module/chorus -a ! -e /dev/chorus ]
	is "no file has its name" [ -z "$(find / -xdev -path /packages -prune -o -path /tmp -prune -o -iname '*chorus*' -print | tee /dev/stderr)" ]
	is "dpkg and apt are content at the end" sane
	plan
}

session_start
( tests )
session_end $?
