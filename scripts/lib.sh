# shellcheck shell=bash disable=SC2034,SC2154
# Sourced by every script: goes to the project's root, stops at the first error, and speaks.
set -Eeuo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# What is compiled or installed once for all checkouts lies in the user's cache.
cache=${XDG_CACHE_HOME:-$HOME/.cache}/virtual-market
tools=${VM_TOOLS:-$cache/tools}
venv=$cache/schemathesis
clients_venv=$cache/clients
target=${CARGO_TARGET_DIR:-target}
page_target=$target/web # apart from the server's: it may have another compiler

locked=() # in CI, a Cargo.lock that does not fit is an error
if [[ ${CI:-} == true ]]; then
  locked=(--locked)
  export CARGO_INCREMENTAL=0
fi

bold='' red='' plain=''
if [[ -t 1 ]]; then bold=$'\e[1m' red=$'\e[1;31m' plain=$'\e[0m'; fi

say() { printf '%s==> %s%s\n' "$bold" "$*" "$plain"; }
die() {
  printf '%s==> %s%s\n' "$red" "$*" "$plain" >&2
  exit 1
}
has() { command -v "$1" >/dev/null 2>&1; }

# at_least LEAST VERSION
at_least() { [[ $(printf '%s\n' "$1" "$2" | sort -V | head -n 1) == "$1" ]]; }

# build_server: the one native profile that `make run` and the tests share.
build_server() {
  say "Building the server (some minutes the first time)"
  cargo build "${locked[@]}" --bin virtual-market || die "The server does not compile: see cargo's message above."
}

# tool_path NAME VERSION: where NAME is in exactly that version, on the PATH or in the cache.
tool_path() {
  local path
  for path in "$(command -v "$1" || true)" "$tools/bin/$1"; do
    if [[ -x $path && " $("$path" --version 2>/dev/null) " == *" $2 "* ]]; then
      echo "$path"
      return
    fi
  done
  return 1
}
