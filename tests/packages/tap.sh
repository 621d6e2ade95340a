# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the scripts inside of the box share: results as TAP, and what all of them ask. Sourced.

n=0 failed=0 log=$(mktemp)

# is NAME COMMAND...: one result. After a failure what the command said stands before it.
is()
{
	local name=$1 status=0
	shift
	"$@" >"$log" 2>&1 || status=$?
	n=$((n + 1))
	[ "$status" = 0 ] || { tail -n 30 "$log" | sed 's/^/# /'; echo "# status $status of: $*"; printf 'not '; failed=1; }
	echo "ok $n $name"
}

plan() { echo "1..$n"; exit "$failed"; }

# says PATTERN COMMAND...: the command succeeds, and a line of what it writes matches.
says() { "${@:2}" >"$log.says" 2>&1 && cat "$log.says" && grep -qE -- "$1" "$log.says"; }

# refuses PATTERN COMMAND...: it fails, and says so in one line, which matches.
refuses()
{
	! "${@:2}" >"$log.says" 2>&1 || return 1
	cat "$log.says"
	[ "$(wc -l <"$log.says")" = 1 ] && grep -qE -- "$1" "$log.says"
}

# dpkg has nothing to complain of, and apt nothing to repair.
sane() { [ -z "$(dpkg --audit)" ] && says '^0 upgraded, 0 newly installed, 0 to remove' apt-get -s -f install; }

# Every file of the box, but those that come and go, and the key that belongs to DKMS.
listing()
{
	find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /out -o -path /packages \
		-o -path /root -o -path /var/log -o -path /var/cache -o -path /var/tmp -o -path /var/lib/systemd \) -prune -o -print |
		grep -vE '^/var/lib/dkms/mok\.|^/etc/(group|gshadow)-?$|^/var/lib/dpkg/(lock|.*-old$)|/modules\.[a-z.]*$' | sort
}

# same_as FILE: the box has the files it had.
same_as() { listing | diff "$1" -; }

# built KERNEL VERSION: DKMS has put both modules of that release where modprobe of that kernel finds them.
built()
{
	local module
	for module in chorus chorus_echo; do
		modinfo -k "$1" -F filename "$module" | grep -q '/updates/dkms/' || { echo "no $module for $1"; return 1; }
	done
	[ "$(modinfo -k "$1" -F version chorus)" = "$2" ] &&
		dkms status -m chorus -v "$2" -k "$1" | tee /dev/stderr | grep -q ': installed$'
}
