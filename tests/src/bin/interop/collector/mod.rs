//! The same OTLP into Jaeger and into Spanwright's collector; the same questions to both; the answers field by field.
//!
//! `data` is what is sent, `questions` what is asked, `form` brings the answers of both into one form, and is where
//! every difference that is allowed is written down; `difference` finds the others.

mod data;
mod difference;
mod form;
mod questions;

use crate::Protocol;
use crate::jaeger::{self, Jaeger};
use questions::{Expected, Question};
use serde_json::Value;
use spanwright_collector::service::{Service, ServiceConfig};
use std::error::Error;
use std::time::{Duration, Instant};

/// Differences of one answer that are printed.
const PRINTED: usize = 8;

/// What was answered.
#[derive(Debug, Clone)]
struct Answer {
    status: u16,
    body: Value,
}

pub(crate) async fn run() -> Result<(), Box<dyn Error>> {
    let began = Instant::now();
    let jaeger = Jaeger::start(&jaeger::build().await?).await?;
    let folder = tempfile::tempdir()?;
    let collector = Service::start(ServiceConfig::new(folder.path()).any_ports()).await?;
    let ours = format!("http://{}", collector.addresses().web);
    let client = reqwest::Client::builder().no_proxy().build()?;
    let data = data::Data::new();
    let otlp = [
        jaeger.endpoint(Protocol::Http),
        format!("http://{}", collector.addresses().otlp_http),
    ];
    for (kind, body) in &data.requests {
        for address in &otlp {
            let request = client
                .post(format!("{address}/v1/traces"))
                .header("content-type", *kind);
            let answer = request.body(body.clone()).send().await?;
            if !answer.status().is_success() {
                return Err(format!("{address} does not take the spans: {}", answer.text().await?).into());
            }
        }
    }
    println!(
        "{} requests sent to both after {:.1} s",
        data.requests.len(),
        began.elapsed().as_secs_f64()
    );
    let mut counts = Counts::default();
    for question in questions::all(&data) {
        let theirs = ask(&client, &jaeger.api(), &question).await?;
        let own = ask(&client, &ours, &question).await?;
        counts.check(&question, &theirs, &own);
    }
    jaeger.stop().await?;
    collector.stop(Duration::from_secs(5)).await;
    println!(
        "{} questions, {} answered alike, {} as expected where Jaeger differs, {} not, in {:.1} s",
        counts.alike + counts.expected + counts.wrong,
        counts.alike,
        counts.expected,
        counts.wrong,
        began.elapsed().as_secs_f64()
    );
    if counts.wrong > 0 {
        return Err("the collector does not answer as Jaeger does".into());
    }
    Ok(())
}

async fn ask(client: &reqwest::Client, address: &str, question: &Question) -> Result<Answer, Box<dyn Error>> {
    let url = format!("{address}{}", question.path);
    let request = match &question.upload {
        Some(body) => client
            .post(url)
            .header("content-type", "application/json")
            .body(body.clone()),
        None => client.get(url),
    };
    let answer = request.send().await?;
    let status = answer.status().as_u16();
    let text = answer.text().await?;
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Ok(Answer { status, body })
}

#[derive(Debug, Default)]
struct Counts {
    alike: usize,
    expected: usize,
    wrong: usize,
}

impl Counts {
    fn check(&mut self, question: &Question, theirs: &Answer, own: &Answer) {
        let found = match &question.expected {
            Expected::AsJaeger => {
                let (theirs, own) = (form::of_jaeger(question, theirs), form::of_ours(question, own));
                difference::between(&theirs, &own)
            }
            Expected::Different { why, jaeger, ours } => {
                let mut found = Vec::new();
                // When Jaeger no longer answers so, the exception is over.
                if !jaeger(theirs) {
                    found.push(format!(
                        "Jaeger was expected to differ ({why}), and answers {}",
                        short(theirs)
                    ));
                }
                if !ours(own) {
                    found.push(format!(
                        "the collector should differ from Jaeger ({why}), and answers {}",
                        short(own)
                    ));
                }
                found
            }
        };
        match (found.is_empty(), &question.expected) {
            (true, Expected::AsJaeger) => self.alike += 1,
            (true, Expected::Different { .. }) => self.expected += 1,
            (false, _) => {
                self.wrong += 1;
                println!("{}: {} differences", question.path, found.len());
                found
                    .iter()
                    .take(PRINTED)
                    .for_each(|difference| println!("  {difference}"));
            }
        }
    }
}

fn short(answer: &Answer) -> String {
    let body: String = answer.body.to_string().chars().take(300).collect();
    format!("{} {body}", answer.status)
}
