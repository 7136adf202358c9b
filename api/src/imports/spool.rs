//! The folder where uploads lie until they are worked through: a file each, named by its import. The folder has an id of
//! its own, so that on a database of several machines each runs the uploads that it has.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, SystemTime},
};

use anyhow::Context;
use shared::ImportId;
use uuid::Uuid;

use crate::private;

/// What is left of uploads that broke off is removed after this time.
const LEFT_OVER: Duration = Duration::from_hours(6);

/// The folder.
#[derive(Clone, Debug)]
pub struct Spool {
    folder: PathBuf,
    /// The folder's id.
    pub host: Uuid,
}

/// A file that is removed when this is dropped, unless it stays.
#[derive(Debug)]
pub struct Spooled {
    spool: Spool,
    id: ImportId,
    stays: AtomicBool,
}

impl Spooled {
    /// Leaves the file where it is. To be called before the row that names it is committed: where nobody knows how a
    /// commit ended, the file stays, and what belongs to no row is removed later.
    pub fn stay(&self) {
        self.stays.store(true, Ordering::Relaxed);
    }

    /// Takes that back: no row names the file.
    pub fn go(&self) {
        self.stays.store(false, Ordering::Relaxed);
    }
}

impl Drop for Spooled {
    fn drop(&mut self) {
        if !*self.stays.get_mut() {
            self.spool.remove(self.id);
        }
    }
}

impl Spool {
    /// Opens the folder, and makes it where it is not there.
    pub fn open(folder: PathBuf) -> anyhow::Result<Self> {
        let name = folder.display().to_string();
        private::create_folder(&folder).with_context(|| format!("cannot make the folder of uploads {name}"))?;
        let host = host(&folder).with_context(|| format!("cannot use the folder of uploads {name}"))?;
        Ok(Self { folder, host })
    }

    /// Where an upload that has arrived lies.
    pub fn file(&self, id: ImportId) -> PathBuf {
        self.folder.join(format!("{id}.upload"))
    }

    /// Where an upload lies while it arrives.
    pub fn arriving(&self, id: ImportId) -> PathBuf {
        self.folder.join(format!("{id}.arriving"))
    }

    /// Returns what removes an upload of which nothing comes.
    pub fn hold(&self, id: ImportId) -> Spooled {
        Spooled { spool: self.clone(), id, stays: AtomicBool::new(false) }
    }

    /// Gives an upload its name; after that neither it nor its name is lost when the machine dies.
    pub fn arrived(&self, id: ImportId) -> io::Result<()> {
        fs::rename(self.arriving(id), self.file(id))?;
        File::open(&self.folder)?.sync_all()
    }

    /// Removes an upload, if it is there.
    pub fn remove(&self, id: ImportId) {
        for file in [self.arriving(id), self.file(id)] {
            if let Err(error) = fs::remove_file(&file)
                && error.kind() != io::ErrorKind::NotFound
            {
                tracing::warn!(file = %file.display(), %error, "spool.not_removed");
            }
        }
    }

    /// Opens an upload for this process alone; nothing where another process works at it. The lock ends with the
    /// process, however that ends.
    pub fn lock(&self, id: ImportId) -> io::Result<Option<File>> {
        let file = File::open(self.file(id))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(error)) => Err(error),
        }
    }

    /// The uploads that lie here since long, with those that broke off: `known` says of which there still is a row.
    pub fn left_over(&self) -> io::Result<Vec<ImportId>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let id = Path::new(&name).file_stem().and_then(|stem| stem.to_str()?.parse::<ImportId>().ok());
            let age = entry.metadata()?.modified().ok().and_then(|at| SystemTime::now().duration_since(at).ok());
            if let (Some(id), Some(age)) = (id, age)
                && age > LEFT_OVER
            {
                found.push(id);
            }
        }
        Ok(found)
    }
}

/// The folder's id, which the first process that uses it writes down.
fn host(folder: &Path) -> anyhow::Result<Uuid> {
    let file = folder.join("host");
    if !file.exists() {
        private::write_once(&file, Uuid::now_v7().to_string().as_bytes())?;
    }
    fs::read_to_string(&file)?.trim().parse().context("the file `host` in it holds no id")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_keeps_its_id_and_one_process_works_at_an_upload() {
        let folder = tempfile::tempdir().unwrap();
        let [one, two] = [(), ()].map(|()| Spool::open(folder.path().join("spool")).unwrap());
        assert_eq!(one.host, two.host);
        let id = ImportId(Uuid::now_v7());
        fs::write(one.arriving(id), "x").unwrap();
        assert!(one.lock(id).is_err(), "it has not arrived");
        one.arrived(id).unwrap();
        let held = one.lock(id).unwrap();
        assert!(held.is_some() && two.lock(id).unwrap().is_none());
        drop(held);
        assert!(two.lock(id).unwrap().is_some());
        one.remove(id);
        one.remove(id);
        assert!(two.lock(id).is_err());
    }
}
