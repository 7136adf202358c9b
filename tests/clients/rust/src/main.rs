//! Reads offers of every kind with the client that progenitor makes, and writes them back as they are: VM_URL, VM_PARTNER,
//! VM_KEY.

#[allow(clippy::all, clippy::pedantic, unused)]
mod market {
    include!(concat!(env!("OUT_DIR"), "/virtual_market.rs"));
}

use std::{collections::BTreeSet, env, error::Error};

use market::types::{OfferDraft, Terms};
use reqwest::header::{AUTHORIZATION, HeaderMap};

/// The kind that the type of the terms says.
fn kind_of(offer: &OfferDraft) -> Result<&'static str, String> {
    match &offer.terms {
        Some(Terms::InternetPackage { .. }) => Ok("internet_package"),
        Some(Terms::DiscountedTariff { .. }) => Ok("discounted_tariff"),
        Some(Terms::DeviceGrant { .. }) => Ok("device_grant"),
        Some(Terms::DiscountedDevice { .. }) => Ok("discounted_device"),
        Some(Terms::LongTermCredit { .. }) => Ok("long_term_credit"),
        Some(Terms::Course { .. }) => Ok("course"),
        Some(Terms::Event { .. }) => Ok("event"),
        None => Err(format!("no terms: {offer:?}")),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let [url, slug, key] = ["VM_URL", "VM_PARTNER", "VM_KEY"].map(|name| env::var(name).expect(name));
    let headers = HeaderMap::from_iter([(AUTHORIZATION, format!("Bearer {key}").parse()?)]);
    let http = reqwest::Client::builder().default_headers(headers).build()?;
    let client = market::Client::new_with_client(&url, http);

    let mut kinds = BTreeSet::new();
    let offers = client.get_partners_slug_offers().slug(&slug).limit(100).send().await?.into_inner();
    for found in offers.items {
        let kind = kind_of(&found.offer)?;
        assert_eq!(found.offer.kind.to_string(), kind);
        let name = found.offer.external_id.clone().expect("a name").to_string();
        let put = client.put_partners_slug_offers_by_external_id_external_id().slug(&slug).external_id(name);
        let same = put.body(found.offer.clone()).send().await?.into_inner();
        assert_eq!(same.version, found.version, "{kind}");
        kinds.insert(kind);
    }
    assert_eq!(kinds.len(), 7, "{kinds:?}");
    println!("read and wrote back offers of {} kinds", kinds.len());
    Ok(())
}
