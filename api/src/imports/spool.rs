//! The folder where uploads lie until they are worked through: a file each, named by its import. The folder has an id of
//! its own, so that on a database of several machines each runs the uploads that it has.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use anyhow::Context;
use shared::ImportId;
use uuid::Uuid;

/// What is left of uploads that broke off is removed after this time.
const LEFT_OVER: Duration = Duration::from_hours(6);

/// The folder.
#[derive(Clone, Debug)]
pub struct Spool {
    folder: PathBuf,
    /// The folder's id.
    pub host: Uuid,
}

impl Spool {
    /// Opens the folder, and makes it where it is not there.
    pub fn open(folder: PathBuf) -> anyhow::Result<Self> {
        let name = folder.display().to_string();
        fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder of uploads {name}"))?;
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
    let own = folder.join(format!("host.{}", Uuid::new_v4().simple()));
    if !file.exists() {
        fs::write(&own, Uuid::now_v7().to_string())?;
        File::open(&own)?.sync_all()?;
        // A link does not replace what another process wrote meanwhile.
        let linked = fs::hard_link(&own, &file);
        fs::remove_file(&own)?;
        if let Err(error) = linked
            && error.kind() != io::ErrorKind::AlreadyExists
        {
            return Err(error.into());
        }
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
