// A real upload with the client that openapi-typescript makes: VM_URL, VM_PARTNER, VM_KEY.
import createClient from "openapi-fetch";
import type { components, paths } from "./virtual-market.js";

const { VM_URL, VM_PARTNER, VM_KEY } = process.env;
if (!VM_URL || !VM_PARTNER || !VM_KEY) throw new Error("VM_URL, VM_PARTNER and VM_KEY are needed");

const market = createClient<paths>({ baseUrl: VM_URL, headers: { authorization: `Bearer ${VM_KEY}` } });

const offer: components["schemas"]["OfferDraft"] = {
  external_id: "typescript-1",
  kind: "internet_package",
  area: "connectivity",
  title: { az: "Nümunə paket" },
  audience: ["educator"],
  terms: { kind: "internet_package", data_mb: 10000, months: 1 },
  quota: 100,
  unit: "package",
  period: "monthly",
  fulfilment: "generated_code",
};

function must<T>(what: string, answer: { data?: T; error?: unknown }): T {
  if (answer.data === undefined) throw new Error(`${what}: ${JSON.stringify(answer.error)}`);
  return answer.data;
}

const slug = VM_PARTNER;
let upload = must(
  "upload",
  await market.POST("/api/v1/partners/{slug}/imports", {
    params: { path: { slug }, query: { mode: "upsert" } },
    body: [offer],
  }),
);
while (upload.state === "queued" || upload.state === "running") {
  await new Promise((wake) => setTimeout(wake, 100));
  upload = must(
    "progress",
    await market.GET("/api/v1/partners/{slug}/imports/{id}", { params: { path: { slug, id: upload.id } } }),
  );
}
if (upload.state !== "finished" || upload.counts.created !== 1) throw new Error(JSON.stringify(upload));

const offers = must("offers", await market.GET("/api/v1/partners/{slug}/offers", { params: { path: { slug } } }));
if (!offers.items.some((found) => found.offer.external_id === offer.external_id)) throw new Error("the offer is not there");
console.log(`uploaded ${offer.external_id} (${upload.id})`);
