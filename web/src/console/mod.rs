//! The console: where partners run their side, and the ministry decides on what they hand in. A page of its own; joining
//! and invitations belong to it, too, since they lead here.
//!
//! A page of a partner is a function of a `Desk`. To add one: its module, its route below, its entry in `nav::PARTNER`.
#![allow(clippy::needless_pass_by_value)] // Pages and rows own what they show: most of them move it into their closures.

mod about;
mod codes;
mod desk;
mod editor;
mod frame;
mod guard;
mod imports;
mod invitation;
mod join;
mod keys;
mod members;
mod ministry;
mod nav;
mod offers;
mod overview;
mod parts;
mod places;
mod profile;
mod till;
mod versus;
mod webhooks;

use leptos::prelude::*;
use leptos_router::{
    components::{FlatRoutes, Route, Router},
    path,
};
use shared::partner::MemberRole;

pub(crate) use desk::Desk;

use self::{desk::at_desk, frame::Frame};
use crate::{
    browser,
    components::{
        icon::{Icon, icon},
        page::titled,
    },
    language::{lang, say, tr},
    offline, scroll, session,
};

/// Draws it.
pub fn start() {
    browser::remove("boot");
    leptos::mount::mount_to_body(Console);
}

#[component]
fn Console() -> impl IntoView {
    guard::watch_steps();
    scroll::note_places();
    offline::watch();
    session::start();
    Effect::new(|_| browser::set_root("lang", lang().tag()));
    places::provide();
    view! {
        <Router>
            <Frame>
                <FlatRoutes fallback=not_found>
                    <Route path=path!("/join") view=join::join/>
                    <Route path=path!("/invitation") view=invitation::invitation/>
                    <Route path=path!("/console") view=places::places/>
                    <Route
                        path=path!("/console/ministry/offers")
                        view=|| ministry::at_ministry(ministry::offers, "/console/ministry/offers")
                    />
                    <Route
                        path=path!("/console/ministry/offers/:id")
                        view=|| ministry::at_ministry(ministry::offer, "/console/ministry/offers")
                    />
                    <Route
                        path=path!("/console/ministry/partners")
                        view=|| ministry::at_ministry(ministry::partners, "/console/ministry/partners")
                    />
                    <Route path=path!("/console/:slug") view=|| at_desk(MemberRole::Cashier, overview::overview)/>
                    <Route path=path!("/console/:slug/till") view=|| at_desk(MemberRole::Cashier, till::till)/>
                    <Route path=path!("/console/:slug/imports") view=|| at_desk(MemberRole::Editor, imports::imports)/>
                    <Route path=path!("/console/:slug/imports/new") view=|| at_desk(MemberRole::Editor, imports::new_import)/>
                    <Route path=path!("/console/:slug/imports/:id") view=|| at_desk(MemberRole::Editor, imports::import)/>
                    <Route path=path!("/console/:slug/offers") view=|| at_desk(MemberRole::Editor, offers::offers)/>
                    <Route path=path!("/console/:slug/offers/new") view=|| at_desk(MemberRole::Editor, editor::new_offer)/>
                    <Route path=path!("/console/:slug/offers/:id") view=|| at_desk(MemberRole::Editor, editor::offer)/>
                    <Route
                        path=path!("/console/:slug/members")
                        view=|| at_desk(MemberRole::Cashier, members::members)
                    />
                    <Route
                        path=path!("/console/:slug/profile")
                        view=|| at_desk(MemberRole::Cashier, profile::profile)
                    />
                    <Route path=path!("/console/:slug/keys") view=|| at_desk(MemberRole::Editor, keys::keys)/>
                    <Route
                        path=path!("/console/:slug/webhooks")
                        view=|| at_desk(MemberRole::Editor, webhooks::webhooks)
                    />
                    <Route
                        path=path!("/console/:slug/webhooks/:id")
                        view=|| at_desk(MemberRole::Editor, webhooks::webhook)
                    />
                </FlatRoutes>
            </Frame>
        </Router>
    }
}

/// An address that leads nowhere.
fn not_found() -> AnyView {
    titled(|| say!(state.not_found));
    view! {
        <div class="notice page-notice">
            <span class="notice-icon">{icon(Icon::Search)}</span>
            <h1 tabindex="-1">{tr!(state.not_found)}</h1>
            <p>{tr!(console.not_found_help)}</p>
            <div class="row"><a class="button primary" href="/console">{tr!(console.title)}</a></div>
        </div>
    }
    .into_any()
}
