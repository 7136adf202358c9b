# shellcheck shell=bash disable=SC2034,SC2154
# Sourced after lib.sh: runs steps, counts what they tested, stops at the first that fails.
passed=0 failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

finish() {
  printf '\n%d passed, %d failed\n' "$passed" "$failed"
  exit $((failed > 0))
}

# count: adds up cargo's "test result" lines of the last step; a step without them counts as one test.
count() {
  local ok=$1 good bad
  read -r good bad < <(sed 's/\x1b\[[0-9;]*m//g' "$log" | awk '
    /^test result:/ { good += $4; bad += $6 } END { print good + 0, bad + 0 }')
  if ((good + bad == 0 && ok)); then good=1; fi
  if ((bad == 0 && !ok)); then bad=1; fi
  passed=$((passed + good)) failed=$((failed + bad))
}

# step NAME REMEDY COMMAND…
step() {
  say "$1"
  if "${@:3}" 2>&1 | tee "$log"; then
    count 1
  else
    count 0
    printf '%s==> Failed: %s. What to do: %s.%s\n' "$red" "$1" "$2" "$plain"
    finish
  fi
}

lint() {
  step "Format" "run 'cargo fmt --all'" cargo fmt --all --check
  step "Clippy: server and tests" "mend what clippy names" \
    cargo clippy "${locked[@]}" --workspace --exclude web --all-targets -- -D warnings
  step "Clippy: page" "mend what clippy names" lint_page
}

# The page is checked for its real target where clippy's toolchain has it, and natively elsewhere.
lint_page() {
  local for_target=()
  if [[ -d $(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown/lib ]]; then
    for_target=(--target wasm32-unknown-unknown --target-dir "$page_target")
  fi
  cargo clippy "${locked[@]}" -p web "${for_target[@]}" -- -D warnings
}
