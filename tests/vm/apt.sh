# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A private apt: packages of any Debian suite, downloaded from the mirror this box already uses,
# without root and without touching the box's own package lists. Sourced after common.sh.

# mirror_of main|security: the URI the box's own apt configuration gives for its suite.
# CHORUS_MIRROR and CHORUS_SECURITY_MIRROR override it (needed where the box is not Debian).
mirror_of()
{
	case $1 in
	main) [ -z "${CHORUS_MIRROR:-}" ] || { printf '%s' "$CHORUS_MIRROR"; return; } ;;
	security) [ -z "${CHORUS_SECURITY_MIRROR:-}" ] || { printf '%s' "$CHORUS_SECURITY_MIRROR"; return; } ;;
	esac
	# shellcheck disable=SC2016  # apt expands these, not the shell
	env -u APT_CONFIG apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 2>/dev/null |
		awk -v want="$1" -v suite="$(host_suite)" '
			$3 != "main" { next }
			want == "security" && $2 ~ /-security$/ { print $1; exit }
			want == "main" && ($2 == suite || $2 ~ /^(sid|unstable|testing|stable)$/) { print $1; exit }'
}

# apt_private DIR SUITE...: write the configuration in DIR, export APT_CONFIG, read the package lists.
# $apt_architecture: packages of that one, with this box's own beside them.
# A suite named X-security comes from the security mirror; where the box has none it is left out.
apt_private()
{
	local dir=$1 suite uri key=
	shift
	command -v apt-get >/dev/null ||
		die "no apt-get here: Debian packages cannot be fetched on this distribution"
	[ -f /usr/share/keyrings/debian-archive-keyring.gpg ] &&
		key='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] '
	mkdir -p "$dir/lists/partial" "$dir/archives/partial" || die "cannot write $dir"
	: >"$dir/status"
	: >"$dir/sources.list.new"
	for suite; do
		case $suite in *-security) uri=$(mirror_of security) ;; *) uri=$(mirror_of main) ;; esac
		if [ -z "$uri" ]; then
			case $suite in *-security) continue ;; esac
			die "the apt configuration of this box names no Debian mirror; set CHORUS_MIRROR to one"
		fi
		printf 'deb %s%s %s main\n' "$key" "$uri" "$suite" >>"$dir/sources.list.new"
	done
	mv "$dir/sources.list.new" "$dir/sources.list"
	# Check-Valid-Until: a mirror frozen at a date (and sid on a slow one) is as good as a live one here.
	cat >"$dir/apt.conf" <<-CONF
		Dir::State "$dir";
		Dir::State::lists "$dir/lists";
		Dir::State::status "$dir/status";
		Dir::Cache "$dir";
		Dir::Cache::archives "$dir/archives";
		Dir::Etc::sourcelist "$dir/sources.list";
		Dir::Etc::sourceparts "-";
		APT::Sandbox::User "";
		APT::Update::Error-Mode "any";
		Acquire::Languages "none";
		Acquire::Check-Valid-Until "false";
		Acquire::Retries "2";
		#clear APT::Update::Post-Invoke;
		#clear APT::Update::Post-Invoke-Success;
	CONF
	if [ -n "${apt_architecture:-}" ]; then
		printf 'APT::Architecture "%s";\nAPT::Architectures { "%s"; "%s"; };\n' "$apt_architecture" \
			"$apt_architecture" "$(dpkg --print-architecture)" >>"$dir/apt.conf"
	fi
	export APT_CONFIG=$dir/apt.conf
	apt-get -qq update >"$dir/update.log" 2>&1 ||
		die "no network, or the Debian mirror does not answer: $(grep -m1 -E '^(E|Err|W):?' "$dir/update.log" || tail -n 1 "$dir/update.log")"
}

# apt_unpack DIR PACKAGE...: download and unpack; nothing is installed, no maintainer script runs.
apt_unpack()
{
	local dir=$1 deb
	shift
	mkdir -p "$dir" "$dir.debs" || die "cannot write $dir"
	( cd "$dir.debs" && apt-get -qq download "$@" ) >"$dir.log" 2>&1 ||
		die "the download of $* failed: $(grep -m1 '^E:' "$dir.log" || tail -n 1 "$dir.log")"
	for deb in "$dir.debs"/*.deb; do
		dpkg-deb -x "$deb" "$dir" 2>>"$dir.log" || die "cannot unpack $deb (disk full?): $(tail -n 1 "$dir.log")"
	done
	rm -rf "$dir.debs"
}
