//! Partners: how they join, who works for them, and with which keys.

mod invitations;
mod join;
mod keys;
mod list;
mod members;
mod ministry;
mod profile;

use serde_json::{Value, json};
use shared::{account::Role, partner::PartnerProfile};
use tests::{Market, Person, people::unique};

/// An application under a name that is free.
pub fn application() -> Value {
    json!({
        "slug": unique("sirket"), "name": "Bilik Evi", "about": {"az": "Kitab mağazaları", "en": "Book shops"},
        "website": "https://bilik.example.az", "tax_id": "1234567891", "contact_name": "Lalə Quliyeva",
        "contact_email": "lale@bilik.example.az", "contact_phone": "+994 12 555 00 00",
        "message": "Müəllimlərə kitab vermək istəyirik.",
    })
}

/// Somebody who has just applied, and their partner.
pub async fn applied(market: &Market) -> (Person, PartnerProfile) {
    let person = market.signed_up(Role::Learner).await;
    let profile = person.caller.send("/partners", &application()).await.created();
    (person, profile)
}
