//! Where one is signed in.

use leptos::{prelude::*, task::spawn_local};
use shared::account::{Logout, SessionView};

use crate::{
    api::{self, Failure},
    components::{
        action::{PLAIN, action},
        icon::{Icon, icon},
        note,
    },
    format::date,
    language::{lang, say, tr},
    session,
};

/// The sessions, each with the way to end it.
pub fn sessions() -> AnyView {
    let failure = RwSignal::new(None::<Failure>);
    let busy = RwSignal::new(false);
    let everywhere = move || {
        busy.set(true);
        spawn_local(async move {
            let answer = api::logout(&Logout { everywhere: true, session_id: None }).await;
            busy.try_set(false);
            match answer {
                Ok(()) => session::left(),
                Err(problem) => _ = failure.try_set(Some(problem)),
            }
        });
    };
    view! {
        <section class="panel">
            <h2>{tr!(account.sessions)}</h2>
            {note::refused(failure)}
            <ul class="rows plain">
                {move || session::me().map(|me| me.sessions.into_iter().map(|s| row(s, failure)).collect_view())}
            </ul>
            {action(PLAIN, || say!(account.sign_out_all), busy.into(), everywhere)}
        </section>
    }
    .into_any()
}

/// The browser and the system, out of what a browser says of itself.
fn device(user_agent: &str) -> Option<String> {
    let find =
        |names: &[(&str, &'static str)]| names.iter().find(|(sign, _)| user_agent.contains(sign)).map(|(_, n)| *n);
    let browser = find(&[
        ("Edg", "Edge"),
        ("OPR", "Opera"),
        ("YaBrowser", "Yandex"),
        ("SamsungBrowser", "Samsung Internet"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    ]);
    let system = find(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => Some(format!("{browser}, {system}")),
        (Some(one), None) | (None, Some(one)) => Some(one.to_owned()),
        (None, None) => user_agent.split_whitespace().next().map(str::to_owned),
    }
}

/// A phone, or a computer.
fn picture(user_agent: &str) -> Icon {
    let is_small = ["Android", "iPhone", "iPad"].iter().any(|sign| user_agent.contains(sign));
    if is_small { Icon::Device } else { Icon::Laptop }
}

fn row(view: SessionView, failure: RwSignal<Option<Failure>>) -> AnyView {
    let SessionView { id, current, user_agent, last_used_at, .. } = view;
    let name = user_agent.as_deref().and_then(device);
    let picture = user_agent.as_deref().map_or(Icon::Device, picture);
    let used = move || {
        if current { say!(account.this_device) } else { say!(account.last_used, date = date(last_used_at, lang())) }
    };
    let busy = RwSignal::new(false);
    let end = move || {
        busy.set(true);
        spawn_local(async move {
            let answer = api::logout(&Logout { session_id: Some(id), everywhere: false }).await;
            busy.try_set(false);
            match answer {
                Ok(()) => session::refresh(),
                Err(problem) => _ = failure.try_set(Some(problem)),
            }
        });
    };
    view! {
        <li class="row-item">
            <span class="badge plain">{icon(picture)}</span>
            <div class="row-words">
                <h3>{move || name.clone().unwrap_or_else(|| say!(account.unknown_device))}</h3>
                <p>
                    {used}
                </p>
            </div>
            {(!current).then(|| action("button small", || say!(account.sign_out_there), busy.into(), end))}
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::{device, picture};
    use crate::components::icon::Icon;

    #[test]
    fn devices_are_named_as_people_call_them() {
        let phone =
            "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36";
        assert_eq!(device(phone).as_deref(), Some("Chrome, Android"));
        assert_eq!((picture(phone), picture("Mozilla/5.0 (X11; Linux x86_64)")), (Icon::Device, Icon::Laptop));
        assert_eq!(device("curl/8.5.0").as_deref(), Some("curl/8.5.0"));
        assert_eq!(device(""), None);
    }
}
