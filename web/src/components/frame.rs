//! What stands around every page: top bar, bottom bar, footer, and the word that there is no connection.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use shared::Lang;

use super::icon::{Icon, icon, mark};
use crate::{
    language::{choose, lang, tr},
    names, offline, session, theme,
};

/// A link that knows whether one is there.
fn nav_link(
    class: &'static str,
    href: &'static str,
    picture: Option<Icon>,
    label: impl Fn() -> &'static str + Copy + Send + 'static,
) -> AnyView {
    let path = use_location().pathname;
    let current = move || {
        let path = path.get();
        let here = path.strip_prefix(href).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        here.then_some("page")
    };
    view! {
        <a class=class href=href aria-current=current>
            {picture.map(icon)}
            <span>{label}</span>
        </a>
    }
    .into_any()
}

/// The switch between the languages.
pub fn languages() -> AnyView {
    let buttons = Lang::ALL.map(|tongue| {
        view! {
            <button
                type="button"
                lang=tongue.tag()
                aria-label=format!("{} {}", tongue.tag().to_uppercase(), names::language(tongue, tongue))
                title=names::language(tongue, tongue)
                aria-pressed=move || (lang() == tongue).to_string()
                on:click=move |_| choose(tongue)
            >
                {tongue.tag().to_uppercase()}
            </button>
        }
    });
    view! {
        <div class="languages" role="group" aria-label=tr!(nav.language)>
            {buttons.into_iter().collect_view()}
        </div>
    }
    .into_any()
}

/// The switch between light and dark.
pub fn theme_switch() -> AnyView {
    let label = move || if theme::is_dark() { tr!(nav.theme_light)() } else { tr!(nav.theme_dark)() };
    view! {
        <button
            type="button"
            class="icon-button theme-switch"
            aria-label=label
            title=label
            on:click=|_| theme::toggle()
        >
            {move || icon(if theme::is_dark() { Icon::Sun } else { Icon::Moon })}
            <span>{label}</span>
        </button>
    }
    .into_any()
}

/// Where one's account is, or where one signs in.
fn account_link() -> AnyView {
    (move || match session::me() {
        Some(me) => {
            let first = me.name.split_whitespace().next().unwrap_or_default().to_owned();
            let label = format!("{first}: {}", tr!(nav.account)());
            view! {
                <a class="account-link" href="/account" aria-label=label>
                    {icon(Icon::Person)}<span>{first}</span>
                </a>
            }
            .into_any()
        }
        None => view! {
            <a class="account-link" href="/sign-in" aria-label=tr!(nav.sign_in)>
                {icon(Icon::Person)}
                <span>{tr!(nav.sign_in)}</span>
            </a>
        }
        .into_any(),
    })
    .into_any()
}

/// The top bar.
#[component]
pub fn TopBar() -> impl IntoView {
    view! {
        <header class="top">
            <div class="top-row">
                <a class="brand" href="/">{mark()}<span class="brand-name">{tr!(brand)}</span></a>
                <nav class="top-nav from-wide" aria-label=tr!(nav.main)>
                    {nav_link("top-link", "/offers", None, tr!(nav.offers))}
                    {nav_link("top-link", "/claims", None, tr!(nav.claims))}
                    {nav_link("top-link", "/partners", None, tr!(nav.partners))}
                    {nav_link("top-link", "/figures", None, tr!(nav.figures))}
                </nav>
                <div class="top-tools">
                    {languages()}
                    <span class="from-wide">{theme_switch()}</span>
                    {account_link()}
                </div>
            </div>
        </header>
        <OfflineBar/>
    }
}

/// The word that there is no connection.
#[component]
pub fn OfflineBar() -> impl IntoView {
    move || {
        (!offline::is_online()).then(|| {
            view! {
                <div class="offline-bar" role="status">
                    {icon(Icon::Offline)}
                    <span>{tr!(state.offline_bar)}</span>
                    <a href="/claims">{tr!(state.my_codes)}</a>
                </div>
            }
        })
    }
}

/// The bottom bar of a phone.
#[component]
pub fn BottomBar() -> impl IntoView {
    view! {
        <nav class="bottom" aria-label=tr!(nav.bottom)>
            {nav_link("bottom-link", "/offers", Some(Icon::Grid), tr!(nav.offers))}
            {nav_link("bottom-link", "/claims", Some(Icon::Qr), tr!(nav.claims))}
            {nav_link("bottom-link", "/account", Some(Icon::Person), tr!(nav.account))}
        </nav>
    }
}

/// The foot of every page.
#[component]
pub fn Footer() -> impl IntoView {
    view! {
        <footer class="foot">
            <div class="foot-row">
                <div class="foot-about">
                    <p class="brand">{mark()}<span class="brand-name">{tr!(brand)}</span></p>
                    <p>{tr!(footer.about)}</p>
                    <p class="foot-owner">{tr!(ministry)}</p>
                </div>
                <nav class="foot-links" aria-label=tr!(footer.platform)>
                    <h2>{tr!(footer.platform)}</h2>
                    <a href="/offers">{tr!(nav.offers)}</a>
                    <a href="/partners">{tr!(nav.partners)}</a>
                    <a href="/figures">{tr!(nav.figures)}</a>
                    <a href="/join" rel="external">{tr!(footer.join)}</a>
                    <a href="/console" rel="external">{tr!(nav.console)}</a>
                </nav>
                <nav class="foot-links" aria-label=tr!(footer.developers)>
                    <h2>{tr!(footer.developers)}</h2>
                    <a href="/docs" rel="external">{tr!(footer.api)}</a>
                    <a href="/openapi.json" rel="external">"OpenAPI"</a>
                </nav>
                <div class="foot-theme">{theme_switch()}</div>
            </div>
        </footer>
    }
}
