// Reads offers of every kind with the client that openapi-typescript makes, and writes them back as they are: VM_URL,
// VM_PARTNER, VM_KEY.
import createClient from "openapi-fetch";
import type { components, paths } from "./virtual-market.js";

type Terms = NonNullable<components["schemas"]["OfferDraft"]["terms"]>;

const { VM_URL, VM_PARTNER, VM_KEY } = process.env;
if (!VM_URL || !VM_PARTNER || !VM_KEY) throw new Error("VM_URL, VM_PARTNER and VM_KEY are needed");

const market = createClient<paths>({ baseUrl: VM_URL, headers: { authorization: `Bearer ${VM_KEY}` } });
const slug = VM_PARTNER;

/** A figure that only terms of this kind have: the compiler knows it by the kind alone, and all kinds are there. */
function own(terms: Terms): unknown {
  switch (terms.kind) {
    case "internet_package":
      return terms.speed_mbps;
    case "discounted_tariff":
      return terms.new_price?.amount_minor;
    case "device_grant":
      return terms.purpose?.az;
    case "discounted_device":
      return terms.guarantee_months;
    case "long_term_credit":
      return terms.yearly_rate_bp;
    case "course":
      return terms.hours;
    case "event":
      return terms.begins_at;
    default:
      return terms satisfies never;
  }
}

const { data, error } = await market.GET("/api/v1/partners/{slug}/offers", {
  params: { path: { slug }, query: { limit: 100 } },
});
if (!data) throw new Error(JSON.stringify(error));
const kinds = new Set<string>();
for (const { offer, version } of data.items) {
  if (!offer.terms || !offer.external_id || own(offer.terms) == null) throw new Error(JSON.stringify(offer));
  if (offer.terms.kind !== offer.kind) throw new Error(`${offer.terms.kind} is not ${offer.kind}`);
  const same = await market.PUT("/api/v1/partners/{slug}/offers/by-external-id/{external_id}", {
    params: { path: { slug, external_id: offer.external_id } },
    body: offer,
  });
  if (same.data?.version !== version) throw new Error(`${offer.kind}: ${JSON.stringify(same)}`);
  kinds.add(offer.kind);
}
if (kinds.size !== 7) throw new Error([...kinds].join());
console.log(`read and wrote back offers of ${kinds.size} kinds`);
