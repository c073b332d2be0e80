//! A real Prometheus that scrapes the assistant and the collector, and answers every query of the dashboard in `deploy/`.

use super::jaeger::{free_ports, listens};
use super::observed;
use super::process::Process;
use serde_json::{Value, json};
use spanwright_collector::service::{Service, ServiceConfig};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::process::Command;

const START: Duration = Duration::from_secs(30);
/// How long it may take until every query has an answer: rates need two scrapes at least.
const ANSWERED: Duration = Duration::from_secs(60);
/// What the dashboard's `$__rate_interval` is here.
const RATE: &str = "10s";
const QUESTIONS: usize = 20;

pub(crate) async fn run() -> Result<(), Box<dyn Error>> {
    let began = Instant::now();
    if Command::new("prometheus")
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .await
        .is_err()
    {
        println!("skipped: there is no prometheus in PATH (Debian's package `prometheus` has it)");
        return Ok(());
    }
    observed::build_assistant().await?;
    let folder = tempfile::tempdir()?;
    let collector = Service::start(ServiceConfig::new(folder.path().join("traces")).any_ports()).await?;
    let [service, metrics, api] = free_ports()?;
    let assistant = start_assistant(service, metrics, &collector).await?;
    let targets = [
        ("collector", collector.addresses().web.port()),
        ("assistant", metrics),
    ];
    let prometheus = start_prometheus(folder.path(), api, &targets).await?;
    let client = reqwest::Client::builder().no_proxy().build()?;
    let asking = async {
        for _ in 0..QUESTIONS {
            ask_assistant(&client, service).await?;
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        Ok::<_, Box<dyn Error>>(())
    };
    let queries = dashboard_queries()?;
    let (asked, answered) = tokio::join!(asking, all_answered(&client, api, &queries));
    asked?;
    answered?;
    println!("{} queries of the dashboard have data", queries.len());
    check_values(&client, api, &collector).await?;
    prometheus.stop().await?;
    assistant.stop().await?;
    collector.stop(Duration::from_secs(5)).await;
    println!("all as counted, in {:.1} s", began.elapsed().as_secs_f64());
    Ok(())
}

async fn start_assistant(port: u16, metrics: u16, collector: &Service) -> Result<Process, Box<dyn Error>> {
    let mut command = Command::new(std::env::current_exe()?.with_file_name("assistant"));
    command
        .args(["serve", &format!("127.0.0.1:{port}")])
        .env_clear()
        .env(
            "ASSISTANT_COLLECTOR",
            format!("http://{}", collector.addresses().otlp_http),
        )
        .env("OTEL_LOGS_EXPORTER", "none")
        .env("OTEL_METRICS_EXPORTER", "prometheus")
        .env("OTEL_EXPORTER_PROMETHEUS_HOST", "127.0.0.1")
        .env("OTEL_EXPORTER_PROMETHEUS_PORT", metrics.to_string())
        .env("OTEL_METRIC_EXPORT_INTERVAL", "500")
        .env("SPANWRIGHT_SELF_METRICS", "true")
        .stderr(Stdio::null());
    let mut assistant = Process::start("the assistant", &mut command)?;
    let is_ready = async || listens(port) && listens(metrics);
    assistant.wait_until(START, is_ready).await?;
    Ok(assistant)
}

/// With what `deploy/prometheus.yml` says, at other addresses and intervals.
async fn start_prometheus(
    folder: &Path,
    port: u16,
    targets: &[(&str, u16)],
) -> Result<Process, Box<dyn Error>> {
    let mut config = "global:\n  scrape_interval: 500ms\n\nscrape_configs:\n".to_owned();
    let jobs = std::fs::read_to_string(deploy().join("prometheus.yml"))?;
    for (job, port) in targets {
        if !jobs.contains(&format!("job_name: {job}\n")) {
            return Err(format!("deploy/prometheus.yml has no job {job}").into());
        }
        config +=
            &format!("  - job_name: {job}\n    static_configs:\n      - targets: [\"127.0.0.1:{port}\"]\n");
    }
    let file = folder.join("prometheus.yml");
    std::fs::write(&file, config)?;
    let mut command = Command::new("prometheus");
    command
        .arg(format!("--config.file={}", file.display()))
        .arg(format!(
            "--storage.tsdb.path={}",
            folder.join("prometheus").display()
        ))
        .arg(format!("--web.listen-address=127.0.0.1:{port}"))
        .arg("--log.level=error")
        .env_clear();
    let mut prometheus = Process::start("Prometheus", &mut command)?;
    prometheus.wait_until(START, async || listens(port)).await?;
    Ok(prometheus)
}

async fn ask_assistant(client: &reqwest::Client, port: u16) -> Result<(), Box<dyn Error>> {
    let question =
        json!({"query": "Which projects are delayed?", "session_id": "visitor", "persona": "noor"});
    let address = format!("http://127.0.0.1:{port}/api/v1/chat/message");
    let answer = client.post(address).json(&question).send().await?;
    answer.error_for_status()?.bytes().await?;
    Ok(())
}

fn deploy() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy")
}

/// Title and expression of each query.
fn dashboard_queries() -> Result<Vec<(String, String)>, Box<dyn Error>> {
    let file = deploy().join("grafana/dashboards/spanwright.json");
    let dashboard: Value = serde_json::from_str(&std::fs::read_to_string(file)?)?;
    let mut queries = Vec::new();
    for panel in dashboard["panels"].as_array().into_iter().flatten() {
        for target in panel["targets"].as_array().into_iter().flatten() {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            queries.push((
                text(&panel["title"]),
                text(&target["expr"]).replace("$__rate_interval", RATE),
            ));
        }
    }
    if queries.len() < 10 {
        return Err("the dashboard has hardly a query".into());
    }
    Ok(queries)
}

/// Waits until each query had data once.
async fn all_answered(
    client: &reqwest::Client,
    port: u16,
    queries: &[(String, String)],
) -> Result<(), Box<dyn Error>> {
    let deadline = Instant::now() + ANSWERED;
    let mut open: Vec<&(String, String)> = queries.iter().collect();
    while !open.is_empty() {
        let mut still = Vec::new();
        for query in open {
            let found = ask(client, port, &query.1).await?;
            let has_number = |sample: &Value| number(sample).is_some_and(f64::is_finite);
            if !found.iter().any(has_number) {
                still.push(query);
            }
        }
        open = still;
        if Instant::now() > deadline {
            return Err(format!("no data for {open:?}").into());
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    Ok(())
}

/// The samples that a query has now.
async fn ask(client: &reqwest::Client, port: u16, query: &str) -> Result<Vec<Value>, Box<dyn Error>> {
    let address = format!("http://127.0.0.1:{port}/api/v1/query");
    let address = reqwest::Url::parse_with_params(&address, [("query", query)])?;
    let answer: Value = client.get(address).send().await?.json().await?;
    if answer["status"] != "success" {
        return Err(format!("{query}: {answer}").into());
    }
    Ok(answer["data"]["result"].as_array().cloned().unwrap_or_default())
}

fn number(sample: &Value) -> Option<f64> {
    sample["value"][1].as_str()?.parse().ok()
}

/// What Prometheus has read is what was counted.
async fn check_values(
    client: &reqwest::Client,
    port: u16,
    collector: &Service,
) -> Result<(), Box<dyn Error>> {
    let questions = QUESTIONS as f64;
    let spans = || collector.counts().accepted_spans as f64;
    let deadline = Instant::now() + START;
    loop {
        let rows: [(&str, f64); 4] = [
            ("sum(up)", 2.0),
            ("spanwright_collector_accepted_spans_total", spans()),
            (
                "sum(spanwright_span_duration_seconds_count{spanwright_span_name=\"orchestrator.execute_query\"})",
                questions,
            ),
            (
                "count(target_info{service_name=\"assistant\",job=\"assistant\"})",
                1.0,
            ),
        ];
        let mut wrong = Vec::new();
        for (query, expected) in rows {
            let found = ask(client, port, query).await?.first().and_then(number);
            if found != Some(expected) {
                wrong.push(format!("{query} is {found:?}, not {expected}"));
            }
        }
        if wrong.is_empty() {
            return Ok(());
        }
        if Instant::now() > deadline {
            return Err(wrong.join("; ").into());
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}
