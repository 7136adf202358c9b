"""A first upload with Python's own library. VM_URL, VM_PARTNER and VM_KEY say where, whose and with which key; a test
key (vm_test_…) works in the partner's sandbox, where offers are published at once and nobody else sees them."""

import json
import os
import time
import urllib.request
import uuid

API = os.environ["VM_URL"] + "/api/v1"
DESK = API + "/partners/" + os.environ["VM_PARTNER"]


def call(method, address, body=None, media_type="application/json"):
    """One call. A refusal is an HTTPError whose body is a problem document with a stable `code`."""
    request = urllib.request.Request(address, body, method=method)
    request.add_header("Authorization", "Bearer " + os.environ["VM_KEY"])
    request.add_header("Accept-Language", "en")
    if method == "POST":
        request.add_header("Content-Type", media_type)
        request.add_header("Idempotency-Key", str(uuid.uuid4()))  # the same key again is the same upload
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def upload(offers, dry_run=False):
    """Sends offers, one on each line, and waits until they are worked through."""
    body = "\n".join(json.dumps(offer) for offer in offers).encode()
    job = call("POST", f"{DESK}/imports?dry_run={str(dry_run).lower()}", body, "application/x-ndjson")
    while job["state"] in ("queued", "running"):
        time.sleep(0.2)
        job = call("GET", f"{DESK}/imports/{job['id']}")
    return job


def offer(external_id, quota):
    return {
        "external_id": external_id,
        "kind": "internet_package",
        "area": "connectivity",
        "title": {"az": f"Nümunə paket {external_id}"},
        "audience": ["educator"],
        "terms": {"kind": "internet_package", "data_mb": 10_000, "months": 1},
        "quota": quota,
        "unit": "package",
        "period": "monthly",
        "fulfilment": "generated_code",
    }


# A dry run says what would come of it, and what is wrong: the second quota is one that no offer can have.
job = upload([offer("python-1", 100), offer("python-2", 0)], dry_run=True)
for error in call("GET", f"{DESK}/imports/{job['id']}/errors")["items"]:
    print(f"line {error['line']}, {error['external_id']} {error['pointer']}: {error['message']} {error['remedy']}")

# Mended, and in earnest.
job = upload([offer("python-1", 100), offer("python-2", 50)])
print(job["state"], job["counts"])

# In the sandbox: a made-up teacher claims the offer, and our till redeems the code.
found = call("GET", f"{DESK}/offers?q=python-1")["items"][0]
claim = call("POST", f"{DESK}/sandbox/claims", json.dumps({"offer_id": found["id"]}).encode())
print(call("POST", f"{API}/redemptions/check", json.dumps({"code": claim["code"]}).encode()))
print(call("POST", f"{API}/redemptions/confirm", json.dumps({"code": claim["code"]}).encode()))
