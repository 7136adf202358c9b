"""Reads offers of every kind with the client that openapi-python-client makes, and writes them back as they are: VM_URL,
VM_PARTNER, VM_KEY."""

import os

from virtual_market import AuthenticatedClient
from virtual_market.api.partners_offers import (
    get_partners_slug_offers,
    patch_partners_slug_offers_id,
    put_partners_slug_offers_by_external_id_external_id as put_offer,
)
from virtual_market.models import OfferPatch

client = AuthenticatedClient(base_url=os.environ["VM_URL"], token=os.environ["VM_KEY"])
slug = os.environ["VM_PARTNER"]
kinds = set()
for found in get_partners_slug_offers.sync(slug, client=client, limit=100).items:
    terms, kind = found.offer.terms, found.offer.kind.value
    # The type of the terms is that of the kind: LongTermCredit for long_term_credit.
    assert type(terms).__name__ == kind.title().replace("_", ""), (kind, terms)
    same = put_offer.sync(slug, found.offer.external_id, client=client, body=found.offer)
    assert same.version == found.version, (kind, same)
    patch = OfferPatch.from_dict(found.offer.to_dict())
    same = patch_partners_slug_offers_id.sync(slug, found.id, client=client, body=patch, if_match=f'"v{found.version}"')
    assert same.version == found.version, (kind, same)
    kinds.add(kind)
assert len(kinds) == 7, kinds
print(f"read and wrote back offers of {len(kinds)} kinds")
