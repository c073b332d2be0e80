//! `spanwright forget`.

use super::Failure;
use super::arguments::Forget;
use super::folder::not_a_file;
use super::terminal::counted;
use crate::store::{OpenError, Store, StoreConfig};

pub(super) fn run(options: &Forget) -> Result<(), Failure> {
    let folder = options.folder.path()?;
    not_a_file(&folder)?;
    if !folder.is_dir() {
        return Err(format!("{} is not there: nothing was imported", folder.display()).into());
    }
    let store = match Store::open(StoreConfig::new(&folder)) {
        Err(OpenError::InUse { .. }) => {
            let folder = folder.display();
            return Err(
                format!("a collector writes {folder}: stop it, and forget the imported traces then").into(),
            );
        }
        opened => opened?,
    };
    let forgotten = store.delete_kept();
    store.close();
    eprintln!("{} deleted", counted(forgotten?, "imported span"));
    Ok(())
}
