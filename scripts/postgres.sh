#!/usr/bin/env bash
# A PostgreSQL with pgvector of its own, for tests and benchmarks: `start` prints its URL, `stop` leaves nothing behind,
# `crash` ends it as a power cut does and starts it again.
#
#   export RECOLLECT_TEST_POSTGRES="$(scripts/postgres.sh start)"
#   trap 'scripts/postgres.sh stop' EXIT
#
# On Debian 12 and as root it installs what is missing. Elsewhere it uses a PostgreSQL 15 or newer that has pgvector.
# A name after `start` and `stop` tells several servers apart. FSYNC=off makes one that survives all but a power cut, and
# is several times as fast on a slow disk.
set -euo pipefail

usage='Usage: scripts/postgres.sh start|stop|crash [name]'
command=${1:-}
name=${2:-main}

# Debian 12 has no package of pgvector; the source of Debian 13's builds for it.
pgvector=0.8.0
pgvector_sha256=867a2c328d4928a5a9d6f052cd3bc78c7d60228a9b914ad32aa3db88e9de27b0
oldest_server=15

say() { echo "postgres.sh: $*" >&2; }
fail() { say "$*"; exit 1; }
is_root() { [ "$(id -u)" = 0 ]; }

here=$(cd "$(dirname "$0")/.." && pwd)
cache=${XDG_CACHE_HOME:-${HOME:?}/.cache}/recollect
# One per checkout, user and name, so that starting twice finds the first. Short, as sockets have short paths.
place=/tmp/recollect-pg-$(id -u)-$(printf '%s %s' "$here" "$name" | cksum | cut -d' ' -f1)

# PostgreSQL refuses to run as root.
as_user() { if is_root; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi; }

binaries() {
  local newest=
  for folder in /usr/lib/postgresql/*/bin; do
    [ -x "$folder/initdb" ] || continue
    local version; version=$(basename "$(dirname "$folder")")
    if [ "$version" -ge "$oldest_server" ] && { [ -z "$newest" ] || [ "$version" -gt "$newest" ]; }; then
      newest=$version
    fi
  done
  if [ -n "$newest" ]; then echo "/usr/lib/postgresql/$newest/bin"; return; fi
  if command -v initdb >/dev/null; then dirname "$(readlink -f "$(command -v initdb)")"; fi
}

pg_config_of() { if [ -x "$1/pg_config" ]; then echo "$1/pg_config"; else command -v pg_config || true; fi; }

# Packages of clients bring a pg_config too, which names the place of headers that are not there, or of another version.
has_headers() {
  local config=$1 server=$2
  [ -n "$config" ] && "$config" --version | grep -qE "^PostgreSQL $server([^0-9]|\$)" &&
    [ -f "$("$config" --includedir-server)/postgres.h" ]
}

# A gcc may have come without the headers of C.
can_compile() {
  command -v make >/dev/null && command -v gcc >/dev/null &&
    echo '#include <stdlib.h>' | gcc -xc -fsyntax-only - 2>/dev/null
}

# Where extensions of that server are described; Debian's server package has no pg_config.
extensions_of() {
  case $1 in
    /usr/lib/postgresql/*) echo "/usr/share/postgresql/$(basename "$(dirname "$1")")/extension" ;;
    *) echo "$("$(pg_config_of "$1")" --sharedir)/extension" ;;
  esac
}

apt_install() {
  is_root || fail "these packages are missing and only root can install them: $*. Run: sudo apt-get install $*"
  command -v apt-get >/dev/null || fail "install these first, as this is no Debian: $*"
  say "installing $*"
  DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 install --no-install-recommends -y "$@" >&2
}

update_lists() { is_root && command -v apt-get >/dev/null && apt-get -qq update >&2 || true; }

install_server() {
  update_lists
  apt_install postgresql-common
  # We want the programs, not a server that runs from now on.
  local no_cluster=/etc/postgresql-common/createcluster.d/recollect.conf
  mkdir -p "$(dirname "$no_cluster")"
  echo 'create_main_cluster = false' >"$no_cluster"
  apt_install "postgresql-$oldest_server"
  rm -f "$no_cluster"
}

mirror() {
  # shellcheck disable=SC2016 # apt fills it in
  apt-get indextargets --format '$(REPO_URI)' 'Label: Debian' 'Component: main' 2>/dev/null | head -n 1
}

# The source as Debian 13 has it, from the mirror that this machine's own settings name.
fetch_source() {
  local archive=$1 lists
  command -v apt-get >/dev/null || fail "PostgreSQL's extension pgvector is missing; install it (0.8 or newer)."
  local found keys=/usr/share/keyrings/debian-archive-keyring.gpg
  found=$(mirror)
  [ -n "$found" ] || { update_lists; found=$(mirror); }
  [ -n "$found" ] || fail 'found no mirror of Debian in the settings of apt; put one there, or install pgvector.'
  lists=$(mktemp -d)
  chmod 755 "$lists"
  mkdir -p "$lists/state/partial"
  printf 'Types: deb-src\nURIs: %s\nSuites: trixie\nComponents: main\n' "$found" >"$lists/trixie.sources"
  if [ -f "$keys" ]; then echo "Signed-By: $keys" >>"$lists/trixie.sources"; fi
  local own=(-o "Dir::Etc::sourcelist=$lists/trixie.sources" -o Dir::Etc::sourceparts=/dev/null
    -o "Dir::State::lists=$lists/state" -o APT::Sandbox::User=root)
  apt-get -qq "${own[@]}" update >&2
  (cd "$lists" && apt-get -qq "${own[@]}" --download-only source "pgvector=$pgvector-1" >&2)
  echo "$pgvector_sha256  $lists/pgvector_$pgvector.orig.tar.gz" | sha256sum --check --status ||
    fail "the source of pgvector $pgvector is not the one we know."
  mkdir -p "$(dirname "$archive")"
  mv "$lists/pgvector_$pgvector.orig.tar.gz" "$archive"
  rm -rf "$lists"
}

# Built once per version, server and kind of machine; what was built stays in the cache.
install_pgvector() {
  local bin=$1 server config built
  server=$("$bin/postgres" --version | grep -oE '[0-9]+' | head -n 1)
  is_root || fail "PostgreSQL's extension pgvector is missing and only root can install it. Run this as root once, or install pgvector 0.8 or newer."
  built=$cache/pgvector-$pgvector-pg$server-$(uname -m)
  if [ ! -f "$built/done" ]; then
    local archive=$cache/pgvector_$pgvector.orig.tar.gz work
    [ -f "$archive" ] && echo "$pgvector_sha256  $archive" | sha256sum --check --status || fetch_source "$archive"
    config=$(pg_config_of "$bin")
    if ! has_headers "$config" "$server" || ! can_compile; then
      update_lists
      apt_install "postgresql-server-dev-$server" make gcc libc6-dev
      config=$(pg_config_of "$bin")
      has_headers "$config" "$server" ||
        fail "found no headers of PostgreSQL $server to build pgvector with; install them, or pgvector 0.8 or newer."
    fi
    work=$(mktemp -d)
    tar -xzf "$archive" -C "$work" --strip-components=1
    say "building pgvector $pgvector for PostgreSQL $server"
    # No OPTFLAGS: by default it would use what only this processor can do.
    make -s -C "$work" -j2 OPTFLAGS='' with_llvm=no PG_CONFIG="$config" >&2
    rm -rf "$built"
    make -s -C "$work" with_llvm=no install DESTDIR="$built" PG_CONFIG="$config" >&2
    rm -rf "$work"
    touch "$built/done"
  fi
  (cd "$built" && tar -cf - --exclude ./done --owner=root --group=root .) |
    tar -xf - -C / --no-overwrite-dir --no-same-permissions
}

free_port() {
  node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })'
}

url() { echo "postgres://postgres@127.0.0.1:$(cat "$place/port")/postgres"; }

is_running() {
  [ -f "$place/port" ] && "$1/pg_isready" -q -h 127.0.0.1 -p "$(cat "$place/port")"
}

start() {
  local bin port extensions
  bin=$(binaries)
  if [ -z "$bin" ]; then install_server; bin=$(binaries); fi
  [ -n "$bin" ] || fail "found no PostgreSQL $oldest_server or newer."
  extensions=$(extensions_of "$bin")
  [ -f "$extensions/vector.control" ] || install_pgvector "$bin"
  if is_running "$bin"; then url; return; fi
  stop
  mkdir -m 700 "$place"
  if is_root; then chown postgres "$place"; fi
  # An order of words that is not that of bytes, as most servers out there have it, so that nothing relies on theirs.
  as_user "$bin/initdb" -D "$place/data" -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 \
    --locale-provider=icu --icu-locale=en-US --no-instructions >"$place.log" 2>&1 ||
    { cat "$place.log" >&2; fail 'initdb failed.'; }
  # Shared memory of containers is small; files do as well.
  cat >>"$place/data/postgresql.conf" <<SETTINGS
listen_addresses = '127.0.0.1'
fsync = ${FSYNC:-on}
unix_socket_directories = '$place'
max_connections = 300
shared_buffers = 256MB
max_wal_size = 4GB
dynamic_shared_memory_type = mmap
SETTINGS
  for _ in 1 2 3; do
    port=$(free_port)
    if as_user "$bin/pg_ctl" -D "$place/data" -w -t 60 -l "$place/log" -o "-p $port" start >/dev/null 2>&1; then
      echo "$port" >"$place/port"
      rm -f "$place.log"
      url
      return
    fi
  done
  tail -n 20 "$place/log" >&2
  fail 'the server did not start.'
}

stop() {
  local bin; bin=$(binaries)
  [ -d "$place" ] || return 0
  if [ -f "$place/data/postmaster.pid" ] && [ -n "$bin" ]; then
    as_user "$bin/pg_ctl" -D "$place/data" -m immediate -w stop >/dev/null 2>&1 || true
  fi
  rm -rf "$place" "$place.log"
}

crash() {
  local bin; bin=$(binaries)
  is_running "$bin" || fail 'no server runs that could crash.'
  as_user "$bin/pg_ctl" -D "$place/data" -m immediate -w stop >/dev/null
  as_user "$bin/pg_ctl" -D "$place/data" -w -t 60 -l "$place/log" -o "-p $(cat "$place/port")" start >/dev/null
}

case $command in
  start) start ;;
  stop) stop ;;
  crash) crash ;;
  *) echo "$usage" >&2; exit 2 ;;
esac
