"""A real upload with the client that openapi-python-client makes: VM_URL, VM_PARTNER, VM_KEY."""

import os
import time

from virtual_market import AuthenticatedClient
from virtual_market.api.imports import get_partners_slug_imports_id, post_partners_slug_imports
from virtual_market.api.partners_offers import get_partners_slug_offers
from virtual_market.models import ImportMode, ImportState, OfferDraft, Problem

OFFER = {
    "external_id": "python-1",
    "kind": "internet_package",
    "area": "connectivity",
    "title": {"az": "Nümunə paket"},
    "audience": ["educator"],
    "terms": {"kind": "internet_package", "data_mb": 10_000, "months": 1},
    "quota": 100,
    "unit": "package",
    "period": "monthly",
    "fulfilment": "generated_code",
}


def must(answer):
    if answer is None or isinstance(answer, Problem):
        raise SystemExit(f"refused: {answer}")
    return answer


client = AuthenticatedClient(base_url=os.environ["VM_URL"], token=os.environ["VM_KEY"])
slug = os.environ["VM_PARTNER"]
job = must(
    post_partners_slug_imports.sync(slug, client=client, body=[OfferDraft.from_dict(OFFER)], mode=ImportMode.UPSERT)
)
while job.state in (ImportState.QUEUED, ImportState.RUNNING):
    time.sleep(0.1)
    job = must(get_partners_slug_imports_id.sync(slug, job.id, client=client))
assert job.state == ImportState.FINISHED and job.counts.created == 1, job
offers = must(get_partners_slug_offers.sync(slug, client=client))
assert any(found.offer.external_id == OFFER["external_id"] for found in offers.items), offers
print(f"uploaded {OFFER['external_id']} ({job.id})")
