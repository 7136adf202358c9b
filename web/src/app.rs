//! The routes, and the frame around them.

use leptos::prelude::*;
use leptos_router::{
    components::{FlatRoutes, Route, Router},
    path,
};

use crate::{
    browser,
    components::frame::{BottomBar, Footer, TopBar},
    language::{lang, tr},
    offline, pages, scroll, session,
};

/// Draws it.
pub fn start() {
    browser::remove("boot");
    leptos::mount::mount_to_body(App);
}

/// The whole page.
#[component]
fn App() -> impl IntoView {
    scroll::note_places();
    offline::watch();
    session::start();
    Effect::new(|_| browser::set_root("lang", lang().tag()));
    view! {
        <Router>
            <Frame/>
        </Router>
    }
}

#[component]
fn Frame() -> impl IntoView {
    scroll::watch();
    let skip = move |ev: leptos::ev::MouseEvent| {
        ev.prevent_default();
        browser::focus_field("main");
    };
    view! {
        <a class="skip" href="#main" on:click=skip>{tr!(skip)}</a>
        <TopBar/>
        <main id="main" tabindex="-1">
            <FlatRoutes fallback=pages::not_found>
                <Route path=path!("/") view=pages::home/>
                <Route path=path!("/offers") view=pages::offers/>
                <Route path=path!("/offers/:id") view=pages::offer/>
                <Route path=path!("/claims") view=pages::claims/>
                <Route path=path!("/claims/:id") view=pages::claim/>
                <Route path=path!("/partners") view=pages::partners/>
                <Route path=path!("/figures") view=pages::figures/>
                <Route path=path!("/account") view=pages::account/>
                <Route path=path!("/sign-in") view=pages::sign_in/>
                <Route path=path!("/sign-up") view=pages::sign_up/>
                <Route path=path!("/forgot-password") view=pages::forgot_password/>
                <Route path=path!("/reset-password") view=pages::reset_password/>
                <Route path=path!("/verify-email") view=pages::verify_email/>
            </FlatRoutes>
        </main>
        <Footer/>
        <BottomBar/>
    }
}
