//! A browser, driven over `WebDriver` (W3C) with a dozen commands. A library for it would bring its features into the
//! server's own dependencies, which are built together with the tests.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use shared::Lang;
use tempfile::TempDir;

use crate::{
    PATIENCE, eventually,
    keeper::{Kept, Signal},
    program,
};

/// How a device is, and what its owner likes.
#[derive(Clone, Copy, Debug)]
pub struct Device {
    pub width: u32,
    pub height: u32,
    pub theme: Theme,
    pub lang: Lang,
}

/// Light or dark, as the device says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    Light,
    Dark,
}

impl Theme {
    /// As CSS calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// A browser with one window and a fresh profile; gone when dropped.
#[derive(Debug)]
pub struct Browser {
    http: Client,
    session: String,
    driver: Kept,
    profile: TempDir,
}

/// The key under which `WebDriver` answers an element (W3C `WebDriver` §11).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

impl Browser {
    /// Opens a browser on a device.
    pub async fn open(device: Device) -> Self {
        Self::open_with(device, &[]).await
    }

    /// Opens a browser whose camera sees a film (`.y4m`), and which lets pages use it.
    pub async fn open_before_camera(device: Device, film: &Path) -> Self {
        let film = format!("--use-file-for-fake-video-capture={}", film.display());
        Self::open_with(device, &["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", &film]).await
    }

    async fn open_with(device: Device, further: &[&str]) -> Self {
        let profile = tempfile::Builder::new().prefix("vm-browser-").tempdir().expect("a folder");
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
        let folder = profile.path().to_string_lossy().into_owned();
        let env: Vec<(String, String)> =
            ["HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"].map(|n| (n.to_owned(), folder.clone())).into();
        let command = ["chromedriver".to_owned(), format!("--port={port}"), "--log-level=OFF".to_owned()];
        let mut driver = Kept::start(&command, &env, profile.path(), Signal::Term);
        let mut log = driver.stderr();
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        let http = Client::builder().timeout(Duration::from_mins(1)).build().expect("a client");
        let base = format!("http://127.0.0.1:{port}");
        eventually("chromedriver answers", || async {
            let status: Value = http.get(format!("{base}/status")).send().await.ok()?.json().await.ok()?;
            (status["value"]["ready"] == json!(true)).then_some(())
        })
        .await;
        let mut browser = Self { http, session: base, driver, profile };
        let session = browser.command(Method::POST, "/session", &capabilities(&folder, device, further)).await;
        browser.session = format!("{}/session/{}", browser.session, session["sessionId"].as_str().expect("a session"));
        browser.set_device(device).await;
        browser
    }

    /// Makes it another device.
    pub async fn set_device(&self, device: Device) {
        let metrics = json!({"width": device.width, "height": device.height, "deviceScaleFactor": 1, "mobile": device.width < 700});
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": device.theme.name()}]});
        self.devtools("Emulation.setEmulatedMedia", media).await;
    }

    async fn devtools(&self, command: &str, params: Value) -> Value {
        self.post("/goog/cdp/execute", &json!({"cmd": command, "params": params})).await
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        self.command(Method::POST, path, body).await
    }

    async fn command(&self, method: Method, path: &str, body: &Value) -> Value {
        self.attempt(method, path, body).await.unwrap_or_else(|error| panic!("{path} {body}: {error}"))
    }

    async fn attempt(&self, method: Method, path: &str, body: &Value) -> Result<Value, String> {
        let mut request = self.http.request(method.clone(), format!("{}{path}", self.session));
        if method == Method::POST {
            request = request.json(body);
        }
        let response = request.send().await.map_err(|e| e.to_string())?;
        let ok = response.status().is_success();
        let mut answer: Value = response.json().await.map_err(|e| e.to_string())?;
        let value = answer["value"].take();
        if ok { Ok(value) } else { Err(format!("{}: {}", value["error"], value["message"])) }
    }

    /// Goes to an address.
    pub async fn goto(&self, url: &str) {
        self.post("/url", &json!({"url": url})).await;
    }

    /// Where it is.
    pub async fn url(&self) -> String {
        self.command(Method::GET, "/url", &Value::Null).await.as_str().unwrap_or_default().to_owned()
    }

    /// Runs a script in the page; `return` answers.
    pub async fn eval(&self, script: &str) -> Value {
        self.post("/execute/sync", &json!({"script": script, "args": []})).await
    }

    /// Runs a script that calls `done` with its answer.
    pub async fn eval_async(&self, script: &str) -> Value {
        let script = format!("const done = arguments[arguments.length - 1];\n{script}");
        self.post("/execute/async", &json!({"script": script, "args": []})).await
    }

    /// Waits until a script answers true.
    pub async fn until(&self, script: &str) {
        eventually(&format!("{script} at {}", self.url().await), || async {
            let body = json!({"script": format!("return !!({script})"), "args": []});
            let answer = self.attempt(Method::POST, "/execute/sync", &body).await;
            (answer == Ok(json!(true))).then_some(())
        })
        .await;
    }

    /// Waits for an element.
    async fn find(&self, css: &str) -> String {
        eventually(&format!("{css} at {}", self.url().await), || async {
            let found =
                self.attempt(Method::POST, "/element", &json!({"using": "css selector", "value": css})).await.ok()?;
            Some(found[ELEMENT].as_str()?.to_owned())
        })
        .await
    }

    /// Waits for an element and does something with it; again when it was drawn anew meanwhile or is not there to be
    /// used yet.
    async fn with(&self, css: &str, what: &str, body: &Value) {
        let last = std::sync::Mutex::new(String::new());
        // As a person would: WebDriver itself takes for visible what lies below a fixed bar.
        let script = "document.querySelector(arguments[0])?.scrollIntoView({block: 'center', behavior: 'instant'})";
        let scroll = json!({"script": script, "args": [css]});
        let done = eventually("", || async {
            let id = self.find(css).await;
            self.attempt(Method::POST, "/execute/sync", &scroll).await.ok()?;
            let answer = self.attempt(Method::POST, &format!("/element/{id}/{what}"), body).await;
            answer.map_err(|error| *last.lock().expect("one at a time") = error).ok()
        });
        let patience = tokio::time::timeout(PATIENCE.mul_f32(0.9), done).await;
        assert!(patience.is_ok(), "{what} of {css} at {}: {}", self.url().await, last.lock().expect("one at a time"));
    }

    /// Clicks as a person does: on what can be seen and reached.
    pub async fn click(&self, css: &str) {
        self.with(css, "click", &json!({})).await;
    }

    /// Writes into a field, in place of what stands there.
    pub async fn write(&self, css: &str, text: &str) {
        self.with(css, "clear", &json!({})).await;
        self.with(css, "value", &json!({"text": text})).await;
    }

    /// The text of an element, as it can be read.
    pub async fn text(&self, css: &str) -> String {
        eventually(&format!("the text of {css} at {}", self.url().await), || async {
            let id = self.find(css).await;
            let text = self.attempt(Method::GET, &format!("/element/{id}/text"), &Value::Null).await.ok()?;
            text.as_str().map(ToOwned::to_owned)
        })
        .await
    }

    /// What the page complained of, but for answers that are refusals by intention.
    pub async fn complaints(&self) -> Vec<String> {
        let entries = self.post("/se/log", &json!({"type": "browser"})).await;
        let entries = entries.as_array().cloned().unwrap_or_default();
        let bad = entries.iter().filter(|e| e["level"] == "SEVERE" && e["source"] != "network");
        bad.map(|e| e["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Takes a picture of the whole page, into `target/screenshots/`.
    pub async fn screenshot(&self, name: &str) {
        // What was drawn last has its size only with the next frame.
        self.eval_async("requestAnimationFrame(() => requestAnimationFrame(() => done()))").await;
        let whole = json!({"format": "png", "captureBeyondViewport": true});
        let picture = self.devtools("Page.captureScreenshot", whole).await;
        let picture = STANDARD.decode(picture["data"].as_str().expect("a picture")).expect("base64");
        let folder = screenshots();
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join(format!("{name}.png")), picture).expect("a picture");
    }

    /// Violations of WCAG 2.2 AA that axe-core calls serious or critical.
    pub async fn barriers(&self) -> Vec<String> {
        let axe = program::root().join("web/node_modules/axe-core/axe.min.js");
        let axe = std::fs::read_to_string(&axe).unwrap_or_else(|e| panic!("{}: {e}", axe.display()));
        self.eval(&axe).await;
        let run = "axe.run(document, {resultTypes: ['violations']}).then(r => done(r.violations
            .filter(v => ['serious', 'critical'].includes(v.impact))
            .map(v => `${v.id} (${v.impact}): ${v.nodes.slice(0, 3).map(n => n.html).join(' | ')}`)), e => done([String(e)]))";
        let found = self.eval_async(run).await;
        serde_json::from_value(found).expect("a list")
    }
}

impl Drop for Browser {
    /// The browser writes into its profile for a moment longer than its driver lives.
    fn drop(&mut self) {
        self.driver.signal(Signal::Term);
        self.driver.wait(PATIENCE);
        for _ in 0..40 {
            let gone = std::fs::remove_dir_all(self.profile.path()).is_ok();
            std::thread::sleep(Duration::from_millis(50));
            if gone && !self.profile.path().exists() {
                return;
            }
        }
    }
}

fn capabilities(folder: &str, device: Device, further: &[&str]) -> Value {
    let own = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        // It ends with its driver, whatever becomes of that.
        "--remote-debugging-pipe",
        &format!("--user-data-dir={folder}/profile"),
    ];
    let args: Vec<_> = own.iter().chain(further).collect();
    json!({"capabilities": {"alwaysMatch": {
        "browserName": "chrome",
        "goog:loggingPrefs": {"browser": "ALL"},
        "goog:chromeOptions": {"args": args, "prefs": {"intl.accept_languages": device.lang.tag()}},
    }}})
}

/// Where pictures go: `target/screenshots/`.
fn screenshots() -> PathBuf {
    let tests = std::env::current_exe().expect("our own path");
    tests.ancestors().nth(3).expect("target").join("screenshots")
}
