//! Opening what must be a regular file: a pipe, a socket or a device in its place is an error and never waits.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::OFlags;

/// Opens a file to read it; a link is followed.
///
/// # Errors
/// It cannot be opened, or is no regular file.
pub fn open(path: &Path) -> io::Result<File> {
    open_with(OpenOptions::new().read(true), path, OFlags::empty())
}

/// Opens a file with these options and flags.
///
/// # Errors
/// It cannot be opened, or is no regular file.
pub fn open_with(options: &mut OpenOptions, path: &Path, flags: OFlags) -> io::Result<File> {
    // Opening a pipe waits for its other end, unless it is opened like this.
    let file = options.custom_flags((flags | OFlags::NONBLOCK | OFlags::NOCTTY).bits() as i32).open(path)?;
    let kind = file.metadata()?.file_type();
    if kind.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if !kind.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    Ok(file)
}

/// Reads a whole file as text.
///
/// # Errors
/// It cannot be read, is no regular file or no UTF-8.
pub fn read_to_string(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    open(path)?.read_to_string(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_regular_files_are_opened_and_nothing_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("file"), "text").unwrap();
        std::os::unix::fs::symlink("file", path("link")).unwrap();
        rustix::fs::mknodat(rustix::fs::CWD, path("pipe"), rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(path("socket")).unwrap();
        assert_eq!(read_to_string(&path("file")).unwrap(), "text");
        assert_eq!(read_to_string(&path("link")).unwrap(), "text");
        assert_eq!(open(&path("pipe")).unwrap_err().to_string(), "not a regular file");
        assert_eq!(open(Path::new("/dev/null")).unwrap_err().to_string(), "not a regular file");
        assert_eq!(open(folder.path()).unwrap_err().kind(), io::ErrorKind::IsADirectory);
        assert!(open(&path("socket")).is_err() && open(&path("nothing")).is_err());
    }
}
