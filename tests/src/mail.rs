//! The mails that the server wrote to its folder.

use std::path::Path;

use crate::{Place, eventually};

/// A mail as it lies in the folder, where its text is not encoded.
#[derive(Clone, Debug)]
pub struct Mail {
    pub text: String,
}

impl Mail {
    /// The last mail to an address whose text has a link to `page` (`verify-email`, `reset-password`, `sign-in`).
    pub async fn newest(place: &Place, to: &str, page: &str) -> Self {
        let folder = place.folder.path().join("mails");
        eventually(&format!("a mail to {to} with a link to {page}"), || async {
            all(&folder).into_iter().rfind(|m| m.text.contains(to) && m.link(page).is_some())
        })
        .await
    }

    /// All mails, the oldest first.
    pub fn all(place: &Place) -> Vec<Self> {
        all(&place.folder.path().join("mails"))
    }

    /// How many mails there are to an address.
    pub fn count(place: &Place, to: &str) -> usize {
        all(&place.folder.path().join("mails")).iter().filter(|m| m.text.contains(to)).count()
    }

    /// The link to `page`.
    pub fn link(&self, page: &str) -> Option<&str> {
        self.text
            .split_whitespace()
            .map(|w| w.trim_matches(['<', '>', '"']))
            .find(|w| w.contains("://") && w.contains(page))
    }

    /// The token in the link to `page`.
    pub fn token(&self, page: &str) -> Option<String> {
        let (_, rest) = self.link(page)?.split_once("token=")?;
        Some(rest.split(['&', '#', '"', '<']).next()?.to_owned())
    }
}

/// All mails, the oldest first.
fn all(folder: &Path) -> Vec<Mail> {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|f| f.path());
    let mut files: Vec<_> = files.filter(|f| f.extension().is_some_and(|e| e == "eml")).collect();
    files.sort(); // They are named by ids that are in order of time.
    files.iter().filter_map(|f| std::fs::read_to_string(f).ok()).map(|text| Mail { text }).collect()
}
