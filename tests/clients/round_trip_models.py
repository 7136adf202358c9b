"""Reads offers of every kind into the models that datamodel-code-generator makes, and writes them back as they are: VM_URL,
VM_PARTNER, VM_KEY."""

import os

import httpx
from models import ManagedOffers, PartnerOffer

client = httpx.Client(
    base_url=f"{os.environ['VM_URL']}/api/v1/partners/{os.environ['VM_PARTNER']}",
    headers={"authorization": f"Bearer {os.environ['VM_KEY']}", "content-type": "application/json"},
)
kinds = set()
page = ManagedOffers.model_validate_json(client.get("/offers", params={"limit": 100}).raise_for_status().content)
for found in page.items:
    terms, kind = found.offer.terms.root, found.offer.kind.value
    assert type(terms).__name__ == kind.title().replace("_", ""), (kind, terms)
    answer = client.put(f"/offers/by-external-id/{found.offer.external_id}", content=found.offer.model_dump_json())
    assert answer.status_code == 200, answer.text
    assert PartnerOffer.model_validate_json(answer.content).version == found.version, (kind, answer.text)
    kinds.add(kind)
assert len(kinds) == 7, kinds
print(f"read and wrote back offers of {len(kinds)} kinds")
