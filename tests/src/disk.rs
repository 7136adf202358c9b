//! A disk that fails by order, for servers on a [`Place`]: a small library in front of libc, compiled by the first test
//! that needs it. `faults/preload/disk.c` is the other side.

use std::{
    fs::File,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use tempfile::NamedTempFile;

use crate::{Place, program};

/// What a failing call answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// `EIO`: the disk is broken.
    Broken = 1,
    /// `ENOSPC`: the disk is full.
    Full = 2,
    /// Half of what was to be written, and `ENOSPC` for the rest.
    Short = 3,
    /// The call goes well, and the process is gone before it returns.
    Crash = 4,
}

/// Which calls fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calls(u32);

impl Calls {
    pub const WRITE: Self = Self(1);
    /// `fsync` and `fdatasync`.
    pub const SYNC: Self = Self(2);
    pub const TRUNCATE: Self = Self(4);
    /// Making a file that is not there.
    pub const CREATE: Self = Self(8);

    /// These and others.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// On which files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Files(u32);

impl Files {
    /// The file of SQLite itself.
    pub const DATABASE: Self = Self(1);
    /// Its write-ahead log.
    pub const LOG: Self = Self(2);
    /// Its rollback journal.
    pub const JOURNAL: Self = Self(4);
    /// The index of the log that processes share.
    pub const INDEX: Self = Self(8);
    /// Uploads.
    pub const SPOOL: Self = Self(16);
    /// The folder of mails.
    pub const MAILS: Self = Self(32);
    pub const OTHER: Self = Self(64);
    /// Not files: connections.
    pub const SOCKET: Self = Self(128);

    /// Everything that SQLite writes.
    pub const SQLITE: Self = Self(1 | 2 | 4 | 8);
    /// Everything in the folder.
    pub const ALL: Self = Self(127);

    /// These and others.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// An order to the disk.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    pub fault: Fault,
    pub calls: Calls,
    pub files: Files,
    /// Calls that go well before the first one fails.
    pub after: u32,
    /// How many fail then; nothing for all until the disk is well again.
    pub times: Option<u32>,
}

impl Order {
    /// All these calls on these files fail.
    pub const fn new(fault: Fault, calls: Calls, files: Files) -> Self {
        Self { fault, calls, files, after: 0, times: None }
    }

    /// One call alone fails.
    #[must_use]
    pub const fn once(mut self) -> Self {
        self.times = Some(1);
        self
    }

    /// So many calls go well before.
    #[must_use]
    pub const fn after(mut self, calls: u32) -> Self {
        self.after = calls;
        self
    }
}

/// The disk below a place's servers.
#[derive(Debug)]
pub struct Disk {
    order: NamedTempFile,
}

/// Where the words of an order stand, each four bytes.
const GIVEN: u64 = 0;
const FAULT: u64 = 4;
const FAILED: u64 = 28;

impl Disk {
    /// Puts the library in front of all programs that start in a place from now on.
    pub fn below(place: &mut Place) -> Self {
        let order = NamedTempFile::with_prefix("vm-disk-").expect("a file");
        order.as_file().write_all_at(&[0; 32], 0).expect("an order");
        let folder = place.folder.path().canonicalize().expect("the folder");
        place.set("LD_PRELOAD", library().to_string_lossy());
        place.set("VM_TEST_DISK", order.path().to_string_lossy());
        place.set("VM_TEST_DISK_FOLDER", format!("{}/", folder.display()));
        Self { order }
    }

    /// Lets it fail as ordered, from now on.
    pub fn fail(&self, order: Order) {
        self.mend();
        let words = [order.fault as u32, order.calls.0, order.files.0, order.after, order.times.unwrap_or(0), 0, 0];
        self.write(FAULT, &words.map(u32::to_ne_bytes).concat());
        self.write(GIVEN, &1_u32.to_ne_bytes());
    }

    /// It is well again.
    pub fn mend(&self) {
        self.write(GIVEN, &0_u32.to_ne_bytes());
    }

    /// How many calls have failed since the last order.
    pub fn failed(&self) -> u32 {
        let mut word = [0; 4];
        self.file().read_exact_at(&mut word, FAILED).expect("the order");
        u32::from_ne_bytes(word)
    }

    fn write(&self, at: u64, bytes: &[u8]) {
        self.file().write_all_at(bytes, at).expect("the order");
    }

    fn file(&self) -> &File {
        self.order.as_file()
    }
}

/// The compiled library.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let source = program::root().join("tests/faults/preload/disk.c");
        let library = program::path().with_file_name("failing-disk.so");
        // Another run of the tests may have it loaded just now: it is replaced, not written into.
        let own = library.with_extension(format!("{}.so", std::process::id()));
        let compiled = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"])
            .args([&own, &source])
            .arg("-ldl")
            .output()
            .expect("cc: run 'scripts/setup rust'");
        assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
        std::fs::rename(&own, &library).expect("the library");
        library
    })
}

/// A small file system of its own; gone when dropped.
#[derive(Debug)]
pub struct SmallDisk {
    folder: tempfile::TempDir,
}

impl SmallDisk {
    /// Mounts one with so many bytes; nothing where this machine does not let us.
    pub fn mount(bytes: u64) -> Option<Self> {
        let folder = tempfile::Builder::new().prefix("vm-small-").tempdir().expect("a folder");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={bytes}"), "tmpfs"])
            .arg(folder.path())
            .output()
            .is_ok_and(|output| output.status.success());
        mounted.then_some(Self { folder })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Fills it up to the last byte.
    pub fn fill(&self) {
        use std::io::Write;
        let mut filler = File::options().create(true).append(true).open(self.filler()).expect("a file");
        for piece in [64 * 1024, 4096, 1] {
            while filler.write_all(&vec![0; piece]).is_ok() {}
        }
    }

    /// Makes room again.
    pub fn clear(&self) {
        std::fs::remove_file(self.filler()).expect("the filler");
    }

    fn filler(&self) -> PathBuf {
        self.path().join("filler")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a server that is still going down has its files open.
        let _ = Command::new("umount").arg("-l").arg(self.path()).output();
    }
}
