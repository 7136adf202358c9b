//! What stands around the console's pages: the top bar with the partner, the side navigation, on a phone a bottom bar
//! and a menu.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::{
    Desk,
    nav::{self, Entry},
    places,
};
use crate::{
    browser,
    components::{
        dialog::dialog,
        frame::{OfflineBar, languages, theme_switch},
        icon::{Icon, icon, mark},
    },
    language::{say, tr, word},
    load::Load,
    session,
};

/// How many pages stand in a phone's bottom bar, beside the menu.
const IN_BAR: usize = 3;

/// The part of the console that an address is in.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// At a partner's desk.
    Desk(Desk),
    /// The ministry's own pages.
    Ministry,
    /// Neither: choosing, joining.
    Outside,
}

impl Part {
    /// The pages of this part that somebody may see, with their addresses.
    fn entries(&self) -> Vec<(String, Entry)> {
        match self {
            Self::Desk(desk) => {
                let seen = nav::PARTNER.iter().filter(|entry| desk.sees(entry.least));
                seen.map(|entry| (desk.href(entry.path), *entry)).collect()
            }
            Self::Ministry => nav::MINISTRY.iter().map(|entry| (entry.path.to_owned(), *entry)).collect(),
            Self::Outside => Vec::new(),
        }
    }

    fn name(&self) -> String {
        match self {
            Self::Desk(desk) => desk.name.clone(),
            Self::Ministry => say!(console.ministry),
            Self::Outside => say!(console.title),
        }
    }
}

/// The part in the address bar. A partner whose name is not known yet stands there by its slug.
fn part_here() -> Memo<Part> {
    let path = use_location().pathname;
    Memo::new(move |_| {
        let path = path.get();
        match path.strip_prefix("/console/").and_then(|rest| rest.split('/').next()) {
            None | Some("") => Part::Outside,
            Some("ministry") => Part::Ministry,
            Some(slug) => {
                let Load::Ready(mine) = places::mine() else { return Part::Outside };
                match mine.into_iter().find(|desk| desk.slug == slug) {
                    Some(desk) => Part::Desk(desk),
                    None if places::is_ministry() => Part::Desk(Desk::of_ministry(slug)),
                    None => Part::Outside,
                }
            }
        }
    })
}

/// The frame with a page in it.
#[component]
pub fn Frame(children: Children) -> impl IntoView {
    crate::scroll::watch();
    let part = part_here();
    let menu = RwSignal::new(false);
    let path = use_location().pathname;
    Effect::new(move |_| {
        path.track();
        menu.set(false);
    });
    let skip = move |ev: leptos::ev::MouseEvent| {
        ev.prevent_default();
        browser::focus_field("main");
    };
    let side = move || {
        let part = part.get();
        let entries = part.entries();
        (!entries.is_empty()).then(|| {
            view! {
                <nav class="side" aria-label=tr!(console.menu_label)>
                    {entries.into_iter().map(|(href, entry)| link("side-link", href, entry)).collect_view()}
                </nav>
            }
        })
    };
    view! {
        <a class="skip" href="#main" on:click=skip>{tr!(skip)}</a>
        {top(part)}
        <div class="console" class:outside=move || part.get().entries().is_empty()>
            {side}
            <main id="main" tabindex="-1">{children()}</main>
        </div>
        {move || bottom(&part.get(), menu)}
        {dialog(menu, "dialog sheet", || say!(console.menu), move || menu_sheet(&part.get()))}
    }
}

fn top(part: Memo<Part>) -> AnyView {
    let name = move || part.get().name();
    let account = move || {
        session::me().map(|me| {
            let first = me.name.split_whitespace().next().unwrap_or_default().to_owned();
            let label = format!("{first}: {}", tr!(nav.account)());
            view! {
                <a class="account-link" href="/account" rel="external" aria-label=label>
                    {icon(Icon::Person)}<span>{first}</span>
                </a>
            }
        })
    };
    view! {
        <header class="top">
            <div class="top-row console-top">
                <a class="brand" href="/" rel="external" aria-label=tr!(brand)>
                    {mark()}<span class="brand-name from-wide">{tr!(brand)}</span>
                </a>
                <a class="top-place" href="/console" title=tr!(console.switch)>
                    <span class="top-place-name">{name}</span>
                    <span class="hidden">{tr!(console.switch)}</span>
                    {icon(Icon::Swap)}
                </a>
                <div class="top-tools">
                    <span class="from-wide">{languages()}</span>
                    <span class="from-wide">{theme_switch()}</span>
                    {account}
                </div>
            </div>
        </header>
        <OfflineBar/>
    }
    .into_any()
}

/// A link of a menu, which knows whether one is there.
fn link(class: &'static str, href: String, entry: Entry) -> AnyView {
    let path = use_location().pathname;
    let (here, whole) = (href.clone(), entry.path.is_empty());
    let current = move || {
        let path = path.get();
        let at =
            path.strip_prefix(here.as_str()).is_some_and(|rest| rest.is_empty() || (!whole && rest.starts_with('/')));
        at.then_some("page")
    };
    view! {
        <a class=class href=href aria-current=current>
            {icon(entry.icon)}
            <span>{word(entry.label)}</span>
        </a>
    }
    .into_any()
}

fn bottom(part: &Part, menu: RwSignal<bool>) -> AnyView {
    let links = part.entries().into_iter().take(IN_BAR);
    view! {
        <nav class="bottom console-bottom" aria-label=tr!(nav.bottom)>
            {links.map(|(href, entry)| link("bottom-link", href, entry)).collect_view()}
            <button type="button" class="bottom-link" aria-haspopup="dialog" on:click=move |_| menu.set(true)>
                {icon(Icon::Menu)}
                <span>{tr!(console.menu)}</span>
            </button>
        </nav>
    }
    .into_any()
}

/// All that a phone's bottom bar has no room for.
fn menu_sheet(part: &Part) -> AnyView {
    let links = part.entries().into_iter().map(|(href, entry)| link("side-link", href, entry)).collect_view();
    view! {
        <nav class="side-links" aria-label=tr!(console.menu_label)>
            {links}
            <a class="side-link" href="/console">{icon(Icon::Swap)}<span>{tr!(console.switch)}</span></a>
            <a class="side-link" href="/" rel="external">{icon(Icon::Left)}<span>{tr!(console.to_site)}</span></a>
        </nav>
        <div class="row sheet-tools">{languages()} {theme_switch()}</div>
    }
    .into_any()
}
