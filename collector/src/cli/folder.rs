//! Where traces are, unless somebody says otherwise.

use std::path::{Path, PathBuf};

use super::Failure;
use super::arguments::Folder;
use crate::store::{OpenError, Store};

impl Folder {
    /// The folder: as given, else `spanwright` in the user's data folder.
    pub(super) fn path(&self) -> Result<PathBuf, Failure> {
        if let Some(path) = &self.data_dir {
            return Ok(path.clone());
        }
        let from = |name: &str| {
            std::env::var_os(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        let data = from("XDG_DATA_HOME").or_else(|| Some(from("HOME")?.join(".local/share")));
        let data = data.ok_or("there is no home folder: name a folder by --data-dir")?;
        Ok(data.join("spanwright"))
    }

    /// The store in it, to read. A collector may write it meanwhile.
    pub(super) fn open(&self) -> Result<Store, Failure> {
        let path = self.path()?;
        not_a_file(&path)?;
        if !path.is_dir() {
            let path = path.display();
            return Err(format!(
                "{path} is not there: start `spanwright serve`, or name a folder by --data-dir"
            )
            .into());
        }
        Ok(Store::open_read_only(&path)?)
    }
}

/// The folder may not be there; but what is there must be one.
pub(super) fn not_a_file(path: &Path) -> Result<(), Failure> {
    let folder = path.to_owned();
    match path.exists() && !path.is_dir() {
        true => Err(OpenError::NoFolder { folder }.into()),
        false => Ok(()),
    }
}
