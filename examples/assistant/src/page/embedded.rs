//! A collector in this process. In: traces by OTLP over HTTP. Out: a web page.
//!
//! What it stores is temporary, unless `ASSISTANT_DATA_DIR` names a folder.

use crate::{Failure, output, service};
use spanwright_collector::service::{Service, ServiceConfig};
use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::Duration;
use tempfile::TempDir;

/// Longest wait for requests in flight at the end. All that was sent has been answered by then.
const DEADLINE: Duration = Duration::from_secs(2);

/// A running collector. Its folder, where it is a temporary one, is deleted when this is dropped.
pub(crate) struct Page {
    service: Service,
    _temporary: Option<TempDir>,
}

impl Page {
    /// Starts it. What prevents that is said, and prevents nothing else.
    pub(crate) async fn start() -> Option<Self> {
        match Self::open().await {
            Ok(page) => Some(page),
            Err(error) => {
                output::problem(&format!("there is no web page: {error}"));
                None
            }
        }
    }

    async fn open() -> Result<Self, Failure> {
        let (folder, temporary) = match std::env::var_os("ASSISTANT_DATA_DIR") {
            Some(folder) => (PathBuf::from(folder), None),
            None => {
                let temporary = tempfile::tempdir()?;
                (temporary.path().to_owned(), Some(temporary))
            }
        };
        let config = ServiceConfig::new(folder);
        let service = if stays() {
            // Where people and other programs look for a collector.
            Service::start_beside(config).await
        } else {
            Service::start(config.any_ports()).await
        };
        Ok(Self {
            service: service?,
            _temporary: temporary,
        })
    }

    /// Where traces are sent.
    pub(crate) fn collector(&self) -> String {
        format!("http://{}", self.service.addresses().otlp_http)
    }

    /// Says where the page is. It stays until it is interrupted, but only for somebody who can do so.
    pub(crate) async fn end(self, played: bool) -> Result<(), Failure> {
        let url = format!("http://{}/", self.service.addresses().web);
        if played && stays() {
            output::line(&format!(
                "── The same traces in a browser: {url}\n   The page stays until you press Ctrl-C."
            ));
            service::interrupted().await?;
        } else if played {
            output::line(&format!(
                "── The same traces were in a browser, at {url}\n   Run this on a terminal, and the page stays."
            ));
        }
        self.service.stop(DEADLINE).await;
        Ok(())
    }
}

/// Whether somebody watches who can end it.
fn stays() -> bool {
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
}
