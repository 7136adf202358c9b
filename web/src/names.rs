//! The closed lists of `shared` in words, and with their icons.

use leptos_i18n::td_string;
use shared::{
    Lang,
    account::Role,
    claim::ClaimState,
    import::{ImportMode, ImportState},
    offer::{Area, Audience, Fulfilment, Kind, ManageSort, OfferState, Period, Region, Sort, Unit},
    partner::{KeyMode, KeyState, MemberRole, PartnerAction, PartnerState, Scope},
    webhook::{AttemptFailure, DeliveryState, EventKind},
};

use crate::{
    components::icon::Icon,
    format::{Form, number, plural},
    language::{fill, locale},
};

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident($type:ident) in $section:ident { $($variant:ident => $key:ident),+ $(,)? })+) => {$(
        $(#[$doc])*
        pub fn $name(value: $type, lang: Lang) -> &'static str {
            let locale = locale(lang);
            match value { $($type::$variant => td_string!(locale, $section.$key),)+ }
        }
    )+};
}

names! {
    /// A kind, of one offer.
    kind(Kind) in kind {
        InternetPackage => internet_package, DiscountedTariff => discounted_tariff, DeviceGrant => device_grant,
        DiscountedDevice => discounted_device, LongTermCredit => long_term_credit, Course => course, Event => event,
    }

    /// A kind, of many offers.
    kinds(Kind) in kinds {
        InternetPackage => internet_package, DiscountedTariff => discounted_tariff, DeviceGrant => device_grant,
        DiscountedDevice => discounted_device, LongTermCredit => long_term_credit, Course => course, Event => event,
    }

    /// What the button says that claims an offer of this kind.
    claim_do(Kind) in claim_do {
        InternetPackage => internet_package, DiscountedTariff => discounted_tariff, DeviceGrant => device_grant,
        DiscountedDevice => discounted_device, LongTermCredit => long_term_credit, Course => course, Event => event,
    }

    /// A field of life.
    area(Area) in area {
        Connectivity => connectivity, Devices => devices, Finance => finance, Culture => culture, Art => art,
        Sport => sport, Learning => learning,
    }

    /// For whom.
    audience(Audience) in audience { Learner => learner, Educator => educator, Institution => institution }

    /// A region.
    region(Region) in region {
        Baku => baku, AbsheronKhizi => absheron_khizi, MountainousShirvan => mountainous_shirvan,
        GanjaDashkasan => ganja_dashkasan, Karabakh => karabakh, GazakhTovuz => gazakh_tovuz,
        GubaKhachmaz => guba_khachmaz, LankaranAstara => lankaran_astara, CentralAran => central_aran,
        MilMughan => mil_mughan, Nakhchivan => nakhchivan, ShakiZagatala => shaki_zagatala,
        EasternZangezur => eastern_zangezur, ShirvanSalyan => shirvan_salyan,
    }

    /// What somebody is.
    role(Role) in role {
        Learner => learner, Educator => educator, InstitutionHead => institution_head, Admin => admin,
    }

    /// Where a claim stands.
    claim_state(ClaimState) in claim_state {
        Active => active, Held => held, Redeemed => redeemed, Cancelled => cancelled, Expired => expired,
    }

    /// Where a partner stands.
    partner_state(PartnerState) in partner_state {
        Applied => applied, Active => active, Suspended => suspended, Refused => refused, Sandbox => sandbox,
    }

    /// What the ministry does with a partner.
    partner_action(PartnerAction) in partner_action {
        Approve => approve, Refuse => refuse, Suspend => suspend, Reinstate => reinstate,
    }

    /// A member's role.
    member_role(MemberRole) in member_role { Cashier => cashier, Editor => editor, Owner => owner }

    /// What a role lets a member do.
    member_role_help(MemberRole) in member_role_help { Cashier => cashier, Editor => editor, Owner => owner }

    /// Where a key works.
    key_mode(KeyMode) in key_mode { Live => live, Test => test }

    /// Where a key works, in a sentence.
    key_mode_help(KeyMode) in key_mode_help { Live => live, Test => test }

    /// Whether a key works.
    key_state(KeyState) in key_state { Live => live, Ending => ending, Expired => expired, Revoked => revoked }

    /// What a key lets a program do.
    scope(Scope) in scope {
        OffersRead => offers_read, OffersWrite => offers_write, ImportsWrite => imports_write,
        RedemptionsWrite => redemptions_write, StatsRead => stats_read, WebhooksWrite => webhooks_write,
    }

    /// What happened.
    event(EventKind) in event {
        ClaimCreated => claim_created, ClaimCancelled => claim_cancelled, ClaimExpired => claim_expired,
        RedemptionHeld => redemption_held, RedemptionReleased => redemption_released,
        RedemptionConfirmed => redemption_confirmed, RedemptionUndone => redemption_undone,
        QuotaWarning => quota_warning, CodesLow => codes_low, ImportFinished => import_finished,
        OfferReviewed => offer_reviewed, Test => test,
    }

    /// Where a delivery stands.
    delivery_state(DeliveryState) in delivery_state { Waiting => waiting, Delivered => delivered, Failed => failed }

    /// Why an attempt did not get through.
    attempt_failure(AttemptFailure) in attempt_failure {
        Status => status, Timeout => timeout, NoConnection => no_connection, NoAddress => no_address,
        PrivateAddress => private_address, Tls => tls, Secret => secret, Unreadable => unreadable,
    }

    /// Where an offer stands.
    offer_state(OfferState) in offer_state {
        Draft => draft, InReview => in_review, Rejected => rejected, Scheduled => scheduled, Announced => announced,
        Published => published, Paused => paused, Ended => ended,
    }

    /// How often it can be claimed.
    period(Period) in period { Once => once, Monthly => monthly }

    /// How a claim is turned into the thing.
    fulfilment(Fulfilment) in fulfilment {
        GeneratedCode => generated_code, CodePool => code_pool, Link => link, Contact => contact,
    }

    /// What a quota counts, without a number.
    unit(Unit) in unit_name {
        Package => package, Connection => connection, Computer => computer, Device => device, Credit => credit,
        Place => place, Ticket => ticket,
    }

    /// How far an upload is.
    import_state(ImportState) in import_state {
        Queued => queued, Running => running, Finished => finished, Failed => failed, Cancelled => cancelled,
    }

    /// What the rows of an upload are.
    import_mode(ImportMode) in import_mode { Upsert => upsert, Patch => patch, ReplaceAll => replace_all }

    /// A language, in itself.
    language(Lang) in lang { Az => az, En => en, Ru => ru }

    /// An order of one's own offers.
    manage_sort(ManageSort) in manage_sort {
        Newest => newest, Oldest => oldest, Title => title, MostClaimed => claimed, EndsSoon => ends,
    }

    /// An order.
    sort(Sort) in sort {
        Relevance => relevance, Newest => newest, Oldest => oldest, EndsSoon => ends, Title => title,
    }
}

/// So many units.
pub fn units(unit: Unit, n: u32, lang: Lang) -> String {
    macro_rules! units {
        ($($variant:ident => $key:ident),+) => {
            match (unit, plural(lang, n)) { $(
                (Unit::$variant, Form::One) => td_string!(locale(lang), unit.one.$key),
                (Unit::$variant, Form::Few) => td_string!(locale(lang), unit.few.$key),
                (Unit::$variant, Form::Many) => td_string!(locale(lang), unit.many.$key),
            )+ }
        };
    }
    let text: &str = units!(
        Package => package, Connection => connection, Computer => computer, Device => device, Credit => credit,
        Place => place, Ticket => ticket
    );
    fill(text, &[("n", &number(n.into(), lang))])
}

/// The icon of a kind.
pub const fn kind_icon(kind: Kind) -> Icon {
    match kind {
        Kind::InternetPackage => Icon::Wifi,
        Kind::DiscountedTariff => Icon::Tag,
        Kind::DeviceGrant => Icon::Gift,
        Kind::DiscountedDevice => Icon::Laptop,
        Kind::LongTermCredit => Icon::Coins,
        Kind::Course => Icon::Book,
        Kind::Event => Icon::Ticket,
    }
}
