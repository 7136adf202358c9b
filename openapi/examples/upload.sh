#!/usr/bin/env bash
# A first upload with curl. VM_URL, VM_PARTNER and VM_KEY say where, whose and with which key; a test key (vm_test_…)
# works in the partner's sandbox, where offers are published at once and nobody else sees them.
set -euo pipefail
desk=$VM_URL/api/v1/partners/$VM_PARTNER

# call METHOD ADDRESS [curl's options]: a refusal is a problem document, shown as it is.
call() { curl -sS --fail-with-body -X "$1" "$2" -H "authorization: Bearer $VM_KEY" -H 'accept-language: en' "${@:3}"; }
# field NAME: the first value of that name in the JSON that comes in.
field() { grep -o "\"$1\":\"\?[^\",}]*" | head -n 1 | sed 's/^[^:]*:"\?//'; }
# upload FILE [dry_run]: sends it and waits until it is worked through.
upload() {
  local import
  import=$(call POST "$desk/imports?dry_run=${2:-false}" -H 'content-type: application/x-ndjson' \
    -H "idempotency-key: $(cat /proc/sys/kernel/random/uuid)" --data-binary "@$1" | field id)
  until call GET "$desk/imports/$import" | grep -Eq '"state":"(finished|failed|cancelled)"'; do sleep 0.2; done
  echo "$import"
}

# 1. Two offers, one on each line; the second has a quota that no offer can have.
offer() {
  cat <<JSON
{"external_id": "$1", "kind": "internet_package", "area": "connectivity", "title": {"az": "Nümunə paket $1"}, "audience": ["educator"], "terms": {"kind": "internet_package", "data_mb": 10000, "months": 1}, "quota": $2, "unit": "package", "period": "monthly", "fulfilment": "generated_code"}
JSON
}
rows=$(mktemp)
trap 'rm -f "$rows"' EXIT
{ offer curl-1 100; offer curl-2 0; } | grep . >"$rows"

# 2. A dry run says what would come of it, and what is wrong: line, place, code, what to do.
import=$(upload "$rows" true)
call GET "$desk/imports/$import/errors"
echo

# 3. Mended, and in earnest.
{ offer curl-1 100; offer curl-2 50; } | grep . >"$rows"
import=$(upload "$rows")
call GET "$desk/imports/$import"
echo

# 4. The offer is there, under our own name for it.
offer=$(call GET "$desk/offers?q=curl-1" | field id)

# 5. In the sandbox: a made-up teacher claims it, and our till redeems the code.
code=$(call POST "$desk/sandbox/claims" -H 'content-type: application/json' -d "{\"offer_id\": \"$offer\"}" | field code)
call POST "$VM_URL/api/v1/redemptions/check" -H 'content-type: application/json' -d "{\"code\": \"$code\"}"
echo
call POST "$VM_URL/api/v1/redemptions/confirm" -H 'content-type: application/json' -d "{\"code\": \"$code\", \"reference\": \"receipt-$code\"}"
echo
