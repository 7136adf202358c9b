# shellcheck shell=bash disable=SC2034,SC2154
# Sourced after lib.sh: a server with demo data of the script's own, which ends with the script.
market=$target/debug/virtual-market
work=$(mktemp -d)
: >"$work/log"
server='' address=
trap '[[ -z $server ]] || kill "$server" 2>/dev/null; wait; rm -rf "$work"' EXIT

# start_server: $address is where it listens, $work/data its data.
start_server() {
  # One address asks thousands of times here: that limits hold is for the other tests to show.
  RATE_CREDENTIALS=1000000 RATE_CHANGES=1000000 RATE_KEYS=1000000 RATE_GUESSES=1000000 WEB_DIR=web/dist \
    "$market" serve --demo --listen 127.0.0.1:0 --data "$work/data" >"$work/log" 2>&1 &
  server=$!
  for _ in {1..100}; do
    address=$(sed -n 's|.*listening on \(http://[0-9.:]*\).*|\1|p' "$work/log" | head -n 1)
    if [[ -n $address ]]; then return; fi
    kill -0 "$server" 2>/dev/null || break
    sleep 0.2
  done
  die "The server did not start: $(tail -n 3 "$work/log")"
}
