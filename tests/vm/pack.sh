# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Put host files into the tree that becomes the guest's second archive. Sourced after common.sh;
# $root is that tree.

# pack_libraries FILE...: the shared libraries those programs need, at the paths the guest's loader
# looks in. Files that are no dynamic programs are no error.
pack_libraries()
{
	local line path to
	[ $# -gt 0 ] || return 0
	ldd "$@" 2>/dev/null | sort -u | while read -r line; do
		case $line in
		*'not found'*) say "a program for the guest misses a library: $line"; continue ;;
		*'=> /'*) path=${line#*=> } path=${path% (*} ;;
		/*'('*) path=${line% (*} ;;
		*) continue ;;
		esac
		case $path in
		/lib*|/usr/lib*) to=$root$path ;;
		*) to=$root/usr/lib/${path##*/} ;;	# built in the tree: a place the loader searches
		esac
		[ -e "$to" ] || { mkdir -p "${to%/*}" && cp -L "$path" "$to"; } || die "cannot copy $path"
	done
}

# pack_file HOST[:GUEST]
pack_file()
{
	local from=${1%%:*} to
	to=/t/${from##*/}
	case $1 in *:*) to=${1#*:} ;; esac
	[ -f "$from" ] || die "no such file: $from"
	mkdir -p "$root$(dirname "$to")"
	cp -Lp "$from" "$root$to" || die "cannot copy $from"
	pack_libraries "$from"
}

# pack_directory HOST:GUEST
pack_directory()
{
	local from=${1%%:*} to=${1#*:} programs
	[ -d "$from" ] && [ "$from" != "$1" ] || die "-d wants HOSTDIR:GUESTDIR, and $from must be a directory"
	mkdir -p "$root$to"
	cp -Rp "$from/." "$root$to" || die "cannot copy $from"
	mapfile -t programs < <(find "$from" -type f \( -perm /111 -o -name '*.so*' \) ! -name '*.sh')
	pack_libraries "${programs[@]}"
}

# pack_debian_module NAME: a module of the Debian kernel and what it depends on, to be loaded in order.
pack_debian_module()
{
	local verb path rest to
	modprobe --show-depends -d "${MODDIR%/lib/modules/*}" -S "$KVER" "$1" 2>/dev/null >"$work/depends" ||
		die "kernel $KVER has no module $1"
	while read -r verb path rest; do
		[ "$verb" = insmod ] || continue
		to=/lib/modules/$KVER/${path##*/}
		case $to in
		*.xz) to=${to%.xz}; mkdir -p "$root${to%/*}"; xz -dc "$path" >"$root$to" ;;
		*.zst) to=${to%.zst}; mkdir -p "$root${to%/*}"; zstd -qdc "$path" >"$root$to" ;;
		*) mkdir -p "$root${to%/*}"; cp "$path" "$root$to" ;;
		esac || die "cannot unpack $path"
		grep -qxF "$to" "$root/chorus/load" || echo "$to" >>"$root/chorus/load"
	done <"$work/depends"
}

# pack_module FILE load|copy: one of ours.
pack_module()
{
	[ -f "$1" ] || die "no such module: $1 (run make first)"
	mkdir -p "$root/lib/chorus"
	cp "$1" "$root/lib/chorus/" || die "cannot copy $1"
	[ "$2" = copy ] || echo "/lib/chorus/${1##*/}" >>"$root/chorus/load"
}
