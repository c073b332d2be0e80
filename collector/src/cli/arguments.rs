//! What may be said on the command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::options::{address, host, hours, mebibytes, origin};

const BEGIN: &str = "\
To begin:
  spanwright demo                            made-up traces, and the web page
  spanwright serve                           your own: OTLP comes in at its usual ports
  OTEL_TRACES_EXPORTER=otlp your-program     in another terminal";

/// What stands below the help of commands that take a query line.
const LINE: &str = "\
A line is conditions that must hold of one span:
  service=\"checkout\"      name, operation, kind=server, status=error, error=true
  duration>5s             ns, us, ms, s, m, h; 1m30s
  start>-1h               before now, or start>\"2026-01-01T00:00:00Z\"
  http.route=\"/cart\"      an attribute; key=* where it is there, key>5, key~part
  timeout                 a text anywhere in the span
Conditions beside each other must all hold, as with AND; OR, NOT and parentheses too; != and !~ are opposites.

  spanwright search 'service=\"checkout\" AND duration>1s AND NOT http.route=\"/health\"'
  spanwright search --order slowest --json 'error=true start>-1h'";

/// Collects traces, keeps them, and shows them in a browser.
#[derive(Debug, Parser)]
#[command(name = "spanwright", version, arg_required_else_help = true, after_help = BEGIN)]
pub struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Take traces by OTLP, keep them, and show them in a browser
    Serve(Serve),
    /// Show the collector with made-up traces of an assistant, until Ctrl-C
    Demo(Demo),
    /// Find traces: spanwright search 'service="checkout" AND duration>1s'
    Search(Search),
    /// Show a trace as a tree
    Show(Show),
    /// Watch spans as a running collector stores them: spanwright tail 'error=true'
    Tail(Tail),
    /// Say what runs, what is stored, and where programs send their traces
    Doctor(Doctor),
    /// Say whether a running collector is well, for a container's health check
    Health(Health),
    /// Make traces from a seed, and send them to a collector
    Generate(Generate),
    /// Read traces from files, and keep them until they are forgotten: OTLP's JSON, a trace in each line, or Jaeger's as
    /// its page lets it be downloaded
    Import(Import),
    /// Write traces to a file as OTLP's JSON, a trace in each line
    Export(Export),
    /// Delete all traces that were imported
    Forget(Forget),
}

/// Where the traces are.
#[derive(Debug, Args)]
pub(super) struct Folder {
    /// Folder of the stored traces [default: spanwright in the user's data folder]
    #[arg(long, value_name = "DIR", env = "SPANWRIGHT_DATA_DIR")]
    pub(super) data_dir: Option<PathBuf>,
}

/// Where a collector listens.
#[derive(Debug, Args)]
pub(super) struct Addresses {
    /// Where the web page answers
    #[arg(long, value_name = "ADDRESS", value_parser = address, default_value = "127.0.0.1:8009")]
    pub(super) listen: SocketAddr,
    /// Where OTLP over HTTP comes in
    #[arg(long, value_name = "ADDRESS", value_parser = address, default_value = "127.0.0.1:4318")]
    pub(super) otlp_http: SocketAddr,
    /// Where OTLP over gRPC comes in
    #[arg(long, value_name = "ADDRESS", value_parser = address, default_value = "127.0.0.1:4317")]
    pub(super) otlp_grpc: SocketAddr,
}

#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    pub(super) folder: Folder,
    #[command(flatten)]
    pub(super) at: Addresses,
    /// Where Zipkin's v2 JSON comes in, usually 127.0.0.1:9411 [default: nowhere]
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    pub(super) zipkin: Option<SocketAddr>,
    /// Hours for which traces are kept, at least 1
    #[arg(
        long,
        value_name = "HOURS",
        env = "TRACE_RETENTION_HOURS",
        value_parser = hours,
        default_value_t = 24
    )]
    pub(super) retention_hours: u32,
    /// Mebibytes that the stored traces may have, at least 1; the oldest go first
    #[arg(long, value_name = "MIB", value_parser = mebibytes, default_value_t = 10 << 10)]
    pub(super) max_size: u64,
    /// Folder where traces that expire are written before, as lines of OTLP JSON packed by zstd; not the folder of the
    /// traces itself [default: nowhere]
    #[arg(long, value_name = "DIR")]
    pub(super) archive: Option<PathBuf>,
    /// Another name under which browsers may ask for the web page, without a port, such as traces.example; may be given
    /// several times
    #[arg(long, value_name = "HOST", value_parser = host)]
    pub(super) allow_host: Vec<String>,
    /// Web page that may send traces from a browser, such as https://shop.example, https://*.shop.example or
    /// http://localhost:*; may be given several times
    #[arg(long, value_name = "ORIGIN", value_parser = origin)]
    pub(super) allow_origin: Vec<String>,
    /// Certificate for the OTLP and Zipkin listeners, as PEM
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(super) tls_certificate: Option<PathBuf>,
    /// Speak TLS with that certificate on the web page, too
    #[arg(long, requires = "tls_certificate")]
    pub(super) tls_web: bool,
    /// Private key of that certificate, as PEM
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    pub(super) tls_key: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = LINE)]
pub(super) struct Search {
    #[command(flatten)]
    pub(super) folder: Folder,
    /// What a span must be, such as: service="checkout" AND duration>1s
    #[arg(default_value = "*")]
    pub(super) line: Vec<String>,
    /// At most so many traces
    #[arg(long, default_value_t = 20)]
    pub(super) limit: usize,
    /// Which come first
    #[arg(long, value_enum, default_value_t = Order::Latest)]
    pub(super) order: Order,
    /// One JSON object for each trace
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Order {
    /// Those that began last
    Latest,
    /// Those that took longest
    Slowest,
}

#[derive(Debug, Args)]
pub(super) struct Show {
    #[command(flatten)]
    pub(super) folder: Folder,
    /// The trace's id
    pub(super) trace: String,
    /// With all that is in it: ids, attributes, events, links, resources, scopes and log records
    #[arg(long)]
    pub(super) attributes: bool,
}

#[derive(Debug, Args)]
#[command(after_help = LINE)]
pub(super) struct Tail {
    /// What a span must be, as for `search`
    #[arg(default_value = "*")]
    pub(super) line: Vec<String>,
    /// The collector's web page
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8009")]
    pub(super) from: String,
    /// One JSON object for each span
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Health {
    /// The collector's web page
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8009")]
    pub(super) of: String,
}

#[derive(Debug, Args)]
pub(super) struct Demo {
    /// Folder to keep the traces in [default: a temporary one]
    #[arg(long, value_name = "DIR")]
    pub(super) data_dir: Option<PathBuf>,
    /// Traces a second, about
    #[arg(long, value_name = "NUMBER", default_value_t = 3.0, value_parser = rate)]
    pub(super) rate: f64,
    /// Listen at ports that the system chooses, even where the usual ones are free
    #[arg(long)]
    pub(super) any_ports: bool,
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(rate) if (0.01..=1000.0).contains(&rate) => Ok(rate),
        _ => Err("a number from 0.01 to 1000 is expected".to_owned()),
    }
}

#[derive(Debug, Args)]
#[command(
    after_help = "A line with ! is a problem; with one, the exit code is 1. Give it the addresses and the folder that \
                  `spanwright serve` was given."
)]
pub(super) struct Doctor {
    #[command(flatten)]
    pub(super) folder: Folder,
    #[command(flatten)]
    pub(super) at: Addresses,
}

#[derive(Debug, Args)]
pub(super) struct Generate {
    /// The same seed gives the same traces
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
    /// How many traces of ten spans each
    #[arg(long, default_value_t = 100)]
    pub(super) traces: u64,
    /// Spans of a request
    #[arg(long, default_value_t = 1000)]
    pub(super) per_request: usize,
    /// With UUIDs, SQL and stack traces
    #[arg(long)]
    pub(super) rich: bool,
    /// Where they are sent, by OTLP over HTTP
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:4318")]
    pub(super) to: String,
}

#[derive(Debug, Args)]
pub(super) struct Import {
    #[command(flatten)]
    pub(super) folder: Folder,
    /// Files to read, packed by gzip or zstd or not; - is the standard input
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// Collector that takes them, by OTLP over HTTP [default: the folder, or the collector that writes it]
    #[arg(long, value_name = "URL")]
    pub(super) to: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Forget {
    #[command(flatten)]
    pub(super) folder: Folder,
}

#[derive(Debug, Args)]
pub(super) struct Export {
    #[command(flatten)]
    pub(super) folder: Folder,
    /// What a span of each trace must be, such as: service="checkout" AND duration>1s
    #[arg(default_value = "*")]
    pub(super) line: Vec<String>,
    /// File to write, packed by zstd or gzip where its name ends in .zst or .gz; - is the standard output, and what is
    /// there and is no file, such as a pipe, is written into
    #[arg(long, value_name = "FILE")]
    pub(super) to: PathBuf,
}
