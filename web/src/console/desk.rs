//! Where somebody works: a partner, and what they may do there.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use shared::{
    Code,
    account::Role,
    partner::{MemberRole, MyPartner, PartnerState},
};

use super::{not_found, places};
use crate::{
    api::{self, Failure},
    components::{
        icon::{Icon, icon},
        states::{failed, ghost_text},
    },
    language::{lang, say, tr},
    load::{Load, load},
    names,
    pages::sign_in_first,
    session,
};

/// A partner at whose desk somebody works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Desk {
    pub slug: String,
    pub name: String,
    pub state: PartnerState,
    /// Their role there; none for the ministry, which looks on.
    pub role: Option<MemberRole>,
}

impl Desk {
    /// The desk as the ministry finds it, before more is known of the partner than its slug.
    pub fn of_ministry(slug: &str) -> Self {
        Self { slug: slug.to_owned(), name: slug.to_owned(), state: PartnerState::Active, role: None }
    }

    /// A member's desk.
    pub fn of_member(place: MyPartner) -> Self {
        Self { slug: place.slug, name: place.name, state: place.state, role: Some(place.role) }
    }

    /// A path of the API at this desk: `api("/offers")`.
    pub fn api(&self, rest: &str) -> String {
        format!("/partners/{}{rest}", self.slug)
    }

    /// The address of a page of this desk: `href("/offers")`.
    pub fn href(&self, rest: &str) -> String {
        format!("/console/{}{rest}", self.slug)
    }

    /// Whether they may see what takes this role. The ministry sees all.
    pub fn sees(&self, least: MemberRole) -> bool {
        self.role.is_none_or(|role| role >= least)
    }

    /// Whether they may do what takes this role, for this partner.
    pub fn may(&self, least: MemberRole) -> bool {
        self.role.is_some_and(|role| role >= least)
    }

    /// Whether the partner may act now.
    pub fn is_active(&self) -> bool {
        self.state == PartnerState::Active
    }
}

/// The slug in the address.
pub fn slug_here() -> Memo<String> {
    let params = use_params_map();
    Memo::new(move |_| params.with(|p| p.get("slug")).unwrap_or_default())
}

/// Draws `page` for the partner in the address, for whoever may see it; says why not, otherwise.
pub fn at_desk(least: MemberRole, page: fn(Desk) -> AnyView) -> AnyView {
    let slug = slug_here();
    let signed_in = Memo::new(|_| session::is_signed_in());
    let desk = load(move || {
        let (slug, mine) = (slug.get(), places::mine());
        let ministry = session::me().is_some_and(|me| me.role == Role::Admin);
        async move { find(slug, mine, ministry).await }
    });
    // What is being typed at the page stays when the same desk is loaded again.
    let desk = Memo::new(move |_| desk.get());
    (move || match (signed_in.get(), desk.get()) {
        (Some(false), _) => sign_in_first(tr!(console.sign_in), &slug.with(|slug| format!("/console/{slug}"))),
        (None, _) | (_, Load::Loading | Load::Ready(None)) => {
            view! { <div class="console-page">{ghost_text()}</div> }.into_any()
        }
        (_, Load::Failed(failure)) if failure.code() == Some(Code::NotFound) => not_found(),
        (_, Load::Failed(failure)) => {
            view! { <div class="console-page">{failed(failure, places::reload)}</div> }.into_any()
        }
        (_, Load::Ready(Some(desk))) if desk.sees(least) => page(desk),
        (_, Load::Ready(Some(_))) => too_little(least),
    })
    .into_any()
}

/// One's place there; nothing while that is not known.
async fn find(slug: String, mine: Load<Vec<Desk>>, ministry: bool) -> Result<Option<Desk>, Failure> {
    match mine {
        Load::Loading => Ok(None),
        Load::Failed(failure) => Err(failure),
        Load::Ready(desks) => match desks.into_iter().find(|desk| desk.slug == slug) {
            Some(desk) => Ok(Some(desk)),
            None if ministry => {
                let profile = api::partner_profile(&slug).await?.value;
                Ok(Some(Desk { slug: profile.slug, name: profile.name, state: profile.state, role: None }))
            }
            None => Err(Failure::refusal(Code::NotFound)),
        },
    }
}

/// What stands where a role is too little.
fn too_little(least: MemberRole) -> AnyView {
    view! {
        <div class="notice page-notice">
            <span class="notice-icon">{icon(Icon::Info)}</span>
            <h1 tabindex="-1">{tr!(console.too_little)}</h1>
            <p>{move || say!(console.too_little_help, role = names::member_role(least, lang()))}</p>
        </div>
    }
    .into_any()
}
