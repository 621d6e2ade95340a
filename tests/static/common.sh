# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the checks of tests/static share: TAP, and where things are. Sourced with $me set, never run.
# A check looks at the tree it stands in; 90-prove gives it small trees with a planted defect each.

# shellcheck source-path=SCRIPTDIR source=../vm/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../vm/common.sh"

cd "$top" || exit "$RIG_ERROR"
: "${BUILD:=$top/build}"
: "${KERNEL:=$("$vm_dir/kernel" name default)}"
work=$BUILD/static
mkdir -p "$work" || die "cannot write $work"
cores=$(nproc)
number=0 failed=0

# result WHAT-IS-WRONG TITLE: passed if nothing is.
result()
{
	number=$((number + 1))
	if [ -z "$1" ]; then
		echo "ok $number - $2"
	else
		printf '%s\n' "$1" | sed 's/^/# /'
		echo "not ok $number - $2"
		failed=1
	fi
}

skip() { number=$((number + 1)); echo "ok $number - $1 # SKIP $2"; }
finish() { echo "1..$number"; exit "$failed"; }
has() { command -v "$1" >/dev/null; }

# Where checkpatch and the semantic patches of the kernel are: scripts/ of Debian's kernel source. User-mode
# Linux was built from the same and has kept them; else the source is fetched, and nothing else of it kept.
kernel_scripts()
{
	local name dir package
	name=$("$vm_dir/kernel" name "$KERNEL")
	[ "$name" != host ] || name=$("$vm_dir/kernel" name default)
	for dir in "$cache/uml/$name"-*/linux/scripts "$cache/scripts/$name"; do
		[ ! -f "$dir/checkpatch.pl" ] || [ ! -d "$dir/coccinelle" ] || { echo "$dir"; return; }
	done
	has apt-get || return
	(
		# shellcheck source=../vm/apt.sh
		. "$vm_dir/apt.sh"
		with_lock "scripts-$name"
		[ ! -d "$dir" ] || exit 0
		need_space 500 "the kernel's source"
		# shellcheck disable=SC2046
		apt_private "$cache/apt/$name" $("$vm_dir/kernel" suites "$name")
		package=$(apt-cache depends linux-source 2>/dev/null | sed -n 's/^ *Depends: \(linux-source-[0-9.]*\)$/\1/p' | head -n 1)
		[ -n "$package" ] || die "the Debian mirror of this box has no kernel source for $name"
		rm -rf "$dir.new"
		apt_unpack "$dir.new/package" "$package"
		tar -C "$dir.new" -xf "$dir.new/package/usr/src/$package.tar.xz" "$package/scripts" ||
			die "cannot unpack the kernel source (disk full?)"
		mv "$dir.new/$package/scripts" "$dir"
		rm -rf "$dir.new"
	) >&2 && echo "$dir"
}
