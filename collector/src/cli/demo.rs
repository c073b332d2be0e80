//! `spanwright demo`: a collector that has something to show.

use std::io::Write;
use std::time::Duration;

use super::Failure;
use super::arguments::Demo;
use super::asking::Asking;
use super::serve::{Schemes, announce, interrupted, stop};
use crate::generate::Conversations;
use crate::model::{Nanos, now};
use crate::service::{Service, ServiceConfig};

/// What there is at the start: so many conversations, over so long.
const EARLIER: u64 = 240;
const SINCE: Nanos = 20 * 60 * 1_000_000_000;

pub(super) fn run(options: Demo) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(demo(options))
}

async fn demo(options: Demo) -> Result<(), Failure> {
    let (folder, _temporary) = match options.data_dir {
        Some(folder) => (folder, None),
        None => {
            let temporary = tempfile::tempdir()?;
            (temporary.path().to_owned(), Some(temporary))
        }
    };
    let config = ServiceConfig::new(&folder);
    let service = if options.any_ports {
        Service::start(config.any_ports()).await?
    } else {
        Service::start_beside(config).await?
    };
    announce(&service.addresses(), Schemes::PLAIN, &folder);
    let collector = Asking::new(&format!("http://{}", service.addresses().otlp_http))?;
    let talked = tokio::select! {
        talked = talk(&collector, &service, options.rate) => talked,
        interrupted = interrupted() => interrupted,
    };
    stop(service).await?;
    talked
}

/// Sends conversations until it fails: first those of the last minutes, then some each second.
async fn talk(collector: &Asking, service: &Service, rate: f64) -> Result<(), Failure> {
    let mut conversations = Conversations::new(fastrand::u64(..));
    let begin = now();
    for number in 0..EARLIER {
        let ago = SINCE / EARLIER * (EARLIER - number);
        collector
            .send(conversations.ending(begin.saturating_sub(ago)))
            .await?;
    }
    let mut out = std::io::stdout();
    writeln!(
        out,
        "\nMade-up traces of an assistant arrive now. Open http://{}/ ; Ctrl-C ends it.",
        service.addresses().web
    )?;
    out.flush()?;
    loop {
        collector.send(conversations.ending(now())).await?;
        // As people do: in bursts, with pauses between them.
        let pause = -fastrand::f64().max(1e-3).ln() / rate;
        tokio::time::sleep(Duration::from_secs_f64(pause)).await;
    }
}
