# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What every script of the rig shares: where things are, and how to fail in one line.
# Sourced, never run. The sourcing script has set $me to its own short name.

vm_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$vm_dir/../.." && pwd)
cache=${CHORUS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/chorus}

# One status for "the rig itself could not do it", so that it is never mistaken for a test's verdict.
readonly RIG_ERROR=125

say() { printf '%s: %s\n' "${me:-rig}" "$*" >&2; }
die() { say "$*"; exit "$RIG_ERROR"; }

# need_space MEGABYTES WHAT: packages unpacked into a full disk leave half a kernel behind.
need_space()
{
	local have
	mkdir -p "$cache" 2>/dev/null || die "cannot create the cache folder $cache; set CHORUS_CACHE to a writable folder"
	have=$(df -Pk "$cache" | awk 'NR == 2 { print int($4 / 1024) }')
	[ "$have" -ge "$1" ] ||
		die "no disk space: $2 needs $1 MB in $cache, $have MB are free; free some or set CHORUS_CACHE"
}

# with_lock NAME: hold the cache's lock NAME until this process ends. The lock is the kernel's,
# so a killed holder never leaves a stale one behind.
with_lock()
{
	local fd
	mkdir -p "$cache/lock" 2>/dev/null || die "cannot create $cache/lock; set CHORUS_CACHE to a writable folder"
	exec {fd}>"$cache/lock/$1"
	if ! flock -n "$fd"; then
		say "waiting for another process that holds $cache/lock/$1"
		flock -w 1800 "$fd" || die "gave up waiting for the lock $cache/lock/$1"
	fi
}

# The Debian release of this box (bookworm, trixie, ...), or nothing on another distribution.
host_suite()
{
	# shellcheck disable=SC1091
	( . /etc/os-release 2>/dev/null && [ "${ID:-}" = debian ] && printf '%s' "${VERSION_CODENAME:-sid}" )
}
