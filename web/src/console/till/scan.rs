//! Reading codes by the camera. The reader is a script of its own, loaded when it is asked for.

use js_sys::{Function, Promise, Reflect};
use leptos::{html, prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;

use crate::{
    browser,
    components::icon::{Icon, icon},
    language::tr,
};

const SCRIPT: &str = "/scan.js";

/// What the camera does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Camera {
    Off,
    Starting,
    On,
    Refused,
}

/// The way to stop the reader, kept on the one thread that there is.
type Stop = StoredValue<Option<Function>, LocalStorage>;

/// The button with the camera's picture; `found` gets each text that is read.
pub fn scanner(found: Callback<String>) -> AnyView {
    let camera = RwSignal::new(Camera::Off);
    let video = NodeRef::<html::Video>::new();
    let stop = Stop::new_local(None);
    let off = move || {
        if let Some(stop) = stop.try_update_value(Option::take).flatten() {
            let _ = stop.call0(&JsValue::NULL);
        }
        camera.try_set(Camera::Off);
    };
    on_cleanup(off);
    let read = move |text: String| {
        off();
        found.run(text);
    };
    let on = move || {
        camera.set(Camera::Starting);
        spawn_local(async move {
            let Some(video) = video.get_untracked() else { return };
            match start(&video, read).await {
                Ok(how) if camera.try_get_untracked() == Some(Camera::Starting) => {
                    stop.try_set_value(Some(how));
                    camera.try_set(Camera::On);
                }
                // It was turned off, or the page was left, before it began.
                Ok(how) => _ = how.call0(&JsValue::NULL),
                Err(_) => _ = camera.try_set(Camera::Refused),
            }
        });
    };
    let is_on = move || matches!(camera.get(), Camera::On | Camera::Starting);
    let label = move || if is_on() { tr!(till.camera_off)() } else { tr!(till.camera)() };
    let toggle = move |_| if matches!(camera.get_untracked(), Camera::On | Camera::Starting) { off() } else { on() };
    view! {
        <button
            type="button"
            class="button till-camera"
            aria-label=label
            title=label
            aria-pressed=move || is_on().to_string()
            on:click=toggle
        >
            {icon(Icon::Qr)}
        </button>
        <div class="till-picture" hidden=move || !is_on()>
            <video node_ref=video muted playsinline aria-label=tr!(till.camera)></video>
            <p class="quiet small">{tr!(till.camera_help)}</p>
        </div>
        <p class="reason block warn till-picture" hidden=move || camera.get() != Camera::Refused>
            {icon(Icon::Warn)}<span>{tr!(till.camera_refused)}</span>
        </p>
    }
    .into_any()
}

/// Starts the reader; answers how to stop it.
async fn start(video: &web_sys::HtmlVideoElement, found: impl Fn(String) + 'static) -> Result<Function, JsValue> {
    browser::script(SCRIPT).await?;
    let scan: Function = Reflect::get(&window(), &JsValue::from_str("vmScan"))?.dyn_into()?;
    let tell = Closure::<dyn Fn(String)>::new(found).into_js_value();
    let promise: Promise = scan.call2(&JsValue::NULL, video, &tell)?.dyn_into()?;
    JsFuture::from(promise).await?.dyn_into()
}
