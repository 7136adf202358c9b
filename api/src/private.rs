//! Files and folders that only their owner reads, whatever the umask is: the database, keys, mails, uploads.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write},
    path::Path,
};

use uuid::Uuid;

/// Makes a folder and those above it that are not there (mode 700). One that is there stays as it is: it may be anybody's.
pub fn create_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Returns the options to write a file that is made where it is not there (mode 600).
pub fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes a file, and empties one that is there.
pub fn create(path: &Path) -> io::Result<File> {
    options().truncate(true).open(path)
}

/// Writes a new file, which is safe on the disk when this returns.
fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = options().create_new(true).open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

/// Writes a file that appears whole, unless it is there: of several processes that do so at once, the first one's stays.
/// Neither it nor its name is lost when the machine dies.
pub fn write_once(path: &Path, content: &[u8]) -> io::Result<()> {
    let draft = path.with_extension(format!("{}.new", Uuid::new_v4().simple()));
    write_new(&draft, content)?;
    // A link does not replace what another process wrote meanwhile.
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all()),
    }
}

/// Makes an empty file where there is none, and takes everybody else's rights to one that is there. What SQLite makes
/// beside its file gets the rights of that file.
pub fn ensure(path: &Path) -> io::Result<()> {
    let file = options().truncate(false).open(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = file.metadata()?.permissions().mode();
        if mode & 0o077 != 0 {
            file.set_permissions(std::fs::Permissions::from_mode(mode & 0o700))?;
        }
    }
    Ok(())
}
