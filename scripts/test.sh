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
  step "Scripts" "mend what shellcheck or node names" lint_scripts
  step "Clippy: server and tests" "mend what clippy names" \
    cargo clippy "${locked[@]}" --workspace --exclude web --all-targets -- -D warnings
  step "Clippy: page" "mend what clippy names" lint_page
}

# Within a step, bash does not stop at the first error by itself: hence `|| return`.

# Shell scripts are those that say so in their first line.
lint_scripts() {
  local scripts file
  mapfile -t scripts < <(git grep -lE '^#(!.*(ba)?sh$| shellcheck shell)' -- ':!*.md')
  shellcheck "${scripts[@]}" || return
  for file in web/assets/*.js web/*.mjs scripts/*.mjs; do node --check "$file" || return; done
  python3 - openapi/examples/*.py scripts/*.py tests/*/*.py <<'END'
import ast, sys
for name in sys.argv[1:]:
    ast.parse(open(name, encoding="utf-8").read(), name)
END
}

# The page is checked for its real target where clippy's toolchain has it. Its tests run natively, and are checked so.
lint_page() {
  if [[ -d $(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown/lib ]]; then
    cargo clippy "${locked[@]}" -p web --target wasm32-unknown-unknown --target-dir "$page_target" -- -D warnings || return
  fi
  cargo clippy "${locked[@]}" -p web --all-targets --target-dir "$page_target" -- -D warnings
}

# The page is no default member, so that `cargo test` leaves its tests out.
test_page() { cargo test "${locked[@]}" -p web --target-dir "$page_target" --no-fail-fast; }
