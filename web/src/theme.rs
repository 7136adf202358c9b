//! Light or dark: as the device says, or as the visitor chose. `assets/theme.js` applies the choice before the first
//! paint; this module changes it.

use std::sync::LazyLock;

use leptos::prelude::*;

use crate::browser;

const KEY: &str = "vm.theme";

static DARK: LazyLock<ArcRwSignal<bool>> = LazyLock::new(|| {
    let root = document().document_element();
    ArcRwSignal::new(root.and_then(|r| r.get_attribute("data-theme")).is_some_and(|theme| theme == "dark"))
});

/// Whether the page is dark.
pub fn is_dark() -> bool {
    DARK.get()
}

/// Changes to the other one, and remembers it.
pub fn toggle() {
    let dark = !DARK.get_untracked();
    let name = if dark { "dark" } else { "light" };
    browser::store(KEY, name);
    browser::set_root("data-theme", name);
    DARK.set(dark);
}
