//! The console's pages, in the order of its menu.

use shared::partner::MemberRole;

use crate::{components::icon::Icon, i18n::Locale};

/// A page in the menu.
#[derive(Clone, Copy)]
pub struct Entry {
    /// Its address: below the partner's, or the whole of it.
    pub path: &'static str,
    pub icon: Icon,
    pub label: fn(Locale) -> &'static str,
    /// The role that it takes.
    pub least: MemberRole,
}

macro_rules! entries {
    ($($path:literal, $icon:ident, $section:ident.$key:ident, $least:ident;)+) => {
        &[$(Entry {
            path: $path,
            icon: Icon::$icon,
            label: |locale| leptos_i18n::td_string!(locale, $section.$key),
            least: MemberRole::$least,
        }),+]
    };
}

/// A partner's pages. The first three stand in a phone's bottom bar.
pub const PARTNER: &[Entry] = entries! {
    "", Grid, console.overview, Cashier;
    "/till", Qr, till.title, Cashier;
    "/offers", Gift, my_offers.title, Editor;
    "/imports", Download, imports.title, Editor;
    "/webhooks", Bolt, hooks.title, Editor;
    "/keys", Key, keys.title, Editor;
    "/members", People, members.title, Cashier;
    "/profile", Shop, profile.title, Cashier;
};

/// The ministry's pages.
pub const MINISTRY: &[Entry] = entries! {
    "/console/ministry/offers", Gift, review.offers_short, Cashier;
    "/console/ministry/partners", People, review.partners_short, Cashier;
};
