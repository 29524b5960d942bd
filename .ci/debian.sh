# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2154
# Packages of Debian, and Debian 13 roots: one to build in where the machine's own packages are too old, and one with
# what never belongs onto the machine, such as schedulers for tests. Sourced by ./run and tests/cluster/session.

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# packages [LIST]: what a list names, by default what building needs.
packages() { grep -v '^#' "$here/.ci/${1:-debian-packages}"; }

apt_install() {
  say "installing ${#} packages: ${*:1:4}…"
  quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update
  quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get -qy install --no-install-recommends "$@"
}

missing_packages() {
  local name
  for name in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || printf '%s\n' "$name"
  done
}

# Whether this system's own packages reach the floor: GLib 2.84, FFmpeg 7.1, Meson 1.7.
system_is_new_enough() {
  local id version
  [ -r /etc/os-release ] || return 1
  # shellcheck disable=SC1091
  id=$(. /etc/os-release && printf '%s' "${ID:-}")
  # shellcheck disable=SC1091
  version=$(. /etc/os-release && printf '%s' "${VERSION_ID:-99}")
  case $id in
    debian) [ "${version%%.*}" -ge 13 ] ;;
    ubuntu) [ "${version%%.*}" -ge 26 ] || [ "$version" = 25.04 ] || [ "$version" = 25.10 ] ;;
    # Other systems: their user installed the packages that the README names.
    *) pkg-config --atleast-version=2.84 glib-2.0 2>/dev/null &&
         pkg-config --atleast-version=61.19 libavcodec 2>/dev/null && command -v meson ninja >/dev/null ;;
  esac
}

debian_mirror() {
  local mirror
  mirror=$(grep -hoE '^(URIs:|deb (\[[^]]*\] )?)[[:space:]]*https?://[^ ]*/debian/?( |$)' /etc/apt/sources.list \
    /etc/apt/sources.list.d/* 2>/dev/null | grep -oE 'https?://[^ ]+' | head -n 1 || true)
  printf '%s' "${mirror:-http://deb.debian.org/debian}"
}

# root_path [LIST]: where the Debian 13 root with these packages is.
root_path() {
  printf '%s/debian-13-%s-%s' "$cache" "$(uname -m)" "$(packages "$@" | sha256sum | cut -c 1-12)"
}

# make_root [LIST]: makes that root unless it is there. Two checkouts at once: the second one waits.
make_root() {
  local root lock list missing wanted=()
  root=$(root_path "$@")
  if [ ! -e "$root/complete" ]; then
    command -v apt-get >/dev/null ||
      die "this system's packages are too old, and there is no apt-get to make a Debian 13 root with"
    mapfile -t missing < <(missing_packages mmdebstrap debian-archive-keyring ca-certificates)
    [ ${#missing[@]} = 0 ] || apt_install "${missing[@]}"
    mkdir -p "$cache"
    exec {lock}>"$cache/root.lock"
    flock "$lock"
    if [ ! -e "$root/complete" ]; then
      say "making a Debian 13 root in $root (once, about a minute)"
      as_root rm -rf "$root.new"
      list=$(packages "$@" | paste -sd ,)
      quietly as_root mmdebstrap --mode=root --variant=apt --include="$list" \
        --aptopt='Acquire::Languages "none"' trixie "$root.new" "$(debian_mirror)"
      # Places where the machine's own files appear.
      # shellcheck disable=SC2016
      as_root sh -c 'cd "$1" && mkdir -p etc/ssl/certs && for f in resolv.conf hosts hostname localtime machine-id passwd group nsswitch.conf; do
        [ ! -L "etc/$f" ] || rm "etc/$f"; [ -e "etc/$f" ] || : >"etc/$f"; done; : >complete' \
        - "$root.new"
      as_root rm -rf "$root"
      as_root mv "$root.new" "$root"
    fi
    exec {lock}>&-
  fi
  as_root touch "$root/complete" 2>/dev/null || true
  # Roots of older package lists that nobody uses any more.
  for list in debian-packages cluster-packages; do wanted+=(-not -path "$(root_path "$list")/*"); done
  find "$cache" -maxdepth 2 -name complete -mtime +14 "${wanted[@]}" -printf '%h\n' 2>/dev/null |
    while read -r old; do as_root rm -rf "$old"; done
}

# enter_root ROOT COMMAND…: replaces this process by one that sees the Debian 13 root's /usr and /etc and else the
# machine as it is. The mounts are private and go with the process. The root's list of packages goes with its files: apt
# in here must not write down in the machine's list what it put into the root.
enter_root() {
  local root=$1 flags=(--mount --propagation private)
  shift
  [ "$(id -u)" = 0 ] || flags=(--user --map-root-user "${flags[@]}")
  # shellcheck disable=SC2016
  exec unshare "${flags[@]}" bash -c '
    root=$1 && shift
    for f in resolv.conf hosts hostname localtime machine-id passwd group nsswitch.conf; do
      if [ -f "/etc/$f" ]; then mount --bind "$(readlink -f "/etc/$f")" "$root/etc/$f" || exit; fi
    done
    # Certificates that this machine trusts, its proxy perhaps, and what is installed by hand.
    if [ -d /etc/ssl/certs ]; then mount --rbind /etc/ssl/certs "$root/etc/ssl/certs" || exit; fi
    if [ -d /usr/local ]; then mount --rbind /usr/local "$root/usr/local" || exit; fi
    for d in var/lib/apt var/lib/dpkg; do
      if [ -d "/$d" ]; then mount --rbind "$root/$d" "/$d" || exit; fi
    done
    # Both at once, in this order: mount itself lives in /usr.
    mount --rbind "$root/etc" /etc && mount --rbind "$root/usr" /usr || exit
    cd "$PWD" && export BLURBOX_INSIDE=1 && exec "$@"' enter "$root" "$@"
}
