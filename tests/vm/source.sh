# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A kernel of our own from Debian's source package, in steps: tree, configuration, build, what modules need.
# Sourced after common.sh and apt.sh. All steps but the first run inside the tree and call ${kmake[@]}.

# source_tree NAME DIR: the source of kernel NAME (as tests/vm/kernel knows it) as DIR/linux. DIR is made anew.
source_tree()
{
	(
		# The private apt of a kernel is shared with its packages' download.
		with_lock "kernel-$1"
		rm -rf "$2"
		mkdir -p "$2"
		# shellcheck disable=SC2046
		apt_private "$cache/apt/$1" $("$vm_dir/kernel" suites "$1")
		package=$(apt-cache depends linux-source 2>/dev/null | sed -n 's/^ *Depends: \(linux-source-[0-9.]*\)$/\1/p' | head -n 1)
		[ -n "$package" ] || die "the Debian mirror of this box has no kernel source for $1"
		apt_unpack "$2/package" "$package"
		tar -C "$2" -xf "$2/package/usr/src/$package.tar.xz" || die "cannot unpack the kernel source (disk full?)"
		mv "$2/$package" "$2/linux"
		rm -rf "$2/package"
	)
}

# source_configure FRAGMENT...: "tinyconfig" and what the fragments add.
source_configure()
{
	"${kmake[@]}" -s tinyconfig &&
	./scripts/kconfig/merge_config.sh -m .config "$@" &&
	"${kmake[@]}" -s olddefconfig
}

# source_refused FRAGMENT...: the lines of the fragments that the configuration did not take.
source_refused()
{
	local line
	cat "$@" | while read -r line; do
		case $line in
		CONFIG_*=n) ! grep -q "^${line%=n}=" .config || echo "$line" ;;
		CONFIG_*) grep -qxF -- "$line" .config || echo "$line" ;;
		'# CONFIG_'*' is not set') line=${line#\# }; ! grep -q "^${line%% *}=" .config || echo "${line%% *}=n" ;;
		esac
	done
}

# source_make LOG TARGET...: build, and say every half a minute how far it is.
source_make()
{
	local log=$1 start=$SECONDS builder
	shift
	nice "${kmake[@]}" -j"$(nproc)" "$@" >>"$log" 2>&1 &
	builder=$!
	# Whoever ends this script ends the build too.
	# shellcheck disable=SC2064  # this builder is meant
	trap "kill $builder 2>/dev/null" EXIT
	# (timeout's 124: tail is still waiting for the builder.)
	while timeout 30 tail --pid="$builder" -f /dev/null || [ $? = 124 ] && kill -0 "$builder" 2>/dev/null; do
		say "$((SECONDS - start)) s, $(grep -c '^ *CC' "$log") files compiled, now $(tail -n 1 "$log" | awk '{ print $NF }')"
	done
	trap - EXIT
	wait "$builder"
}

# source_trim: modules need headers, scripts and the configuration; a gigabyte of sources and objects may go.
source_trim()
{
	find . -path ./scripts -prune -o -path ./tools/objtool -prune -o -type f \( -name '*.c' -o -name '*.o' -o -name '*.a' \) -print0 |
		xargs -0 rm -f
	rm -rf Documentation drivers sound samples LICENSES .tmp_* vmlinux.o
}

# What to say of a build that failed.
source_error() { grep -m1 -E 'error:|Error |\*\*\*' "$1" || tail -n 1 "$1"; }

# The compiler: any will do here, and one found in the cache does not compile twice.
source_compiler() { if command -v ccache >/dev/null; then echo ccache gcc; else echo gcc; fi; }
