//! The client: another service, in a process of its own. In: a question on the command line. Out: the answer, and a
//! trace that goes on in the assistant.
//!
//! `client URL [--persona noor|maestro] [--session ID] [--earlier TEXT]… [--patience MILLISECONDS] QUESTION`

use crate::{Failure, output, server, telemetry};
use reqwest_middleware::ClientWithMiddleware;
use serde_json::{Value, json};
use spanwright::destination::console::Console;
use spanwright::http::{ClientMiddleware, UrlTemplate};
use spanwright::{TimedOut, timeout, traced};
use std::process::ExitCode;
use std::time::Duration;

/// What is asked, and how long the client waits for the answer.
#[derive(Clone, Debug, PartialEq)]
struct Request {
    url: String,
    question: String,
    persona: String,
    session: String,
    earlier: Vec<String>,
    patience: Duration,
}

#[derive(Debug, thiserror::Error)]
enum ClientError {
    #[error("the assistant cannot be reached")]
    Request(#[from] reqwest_middleware::Error),
    #[error("the assistant's answer broke off")]
    Body(#[from] reqwest::Error),
    #[error("the assistant answered {0}")]
    Status(u16),
    #[error("gave up waiting")]
    GaveUp(#[from] TimedOut),
}

/// Sends one request. The exit code says whether there was an answer.
pub(crate) async fn run(arguments: &[String]) -> Result<ExitCode, Failure> {
    let request = parse(arguments)?;
    let collector = std::env::var(telemetry::COLLECTOR).ok();
    let guard = telemetry::start_held("assistant-client", Console::stdout(), collector)?;
    let client = reqwest::Client::builder().no_proxy().build()?;
    let http = reqwest_middleware::ClientBuilder::new(client)
        .with(ClientMiddleware::new())
        .build();
    let (said, code) = match ask(&http, &request).await {
        Ok(answer) => (answer, ExitCode::SUCCESS),
        Err(error) => (error.to_string(), ExitCode::FAILURE),
    };
    output::line(&format!("  > {}\n  < {said}\n", request.question));
    telemetry::end(guard).await;
    Ok(code)
}

#[traced(name = "client.ask", fields(session_id = request.session, query_length = request.question.chars().count()))]
async fn ask(http: &ClientWithMiddleware, request: &Request) -> Result<String, ClientError> {
    // The spans in it then end as `timeout`, and the assistant's as `cancelled`.
    timeout(request.patience, send(http, request)).await?
}

async fn send(http: &ClientWithMiddleware, request: &Request) -> Result<String, ClientError> {
    let response = http
        .post(format!("{}{}", request.url, server::CHAT))
        .with_extension(UrlTemplate(server::CHAT.into()))
        .json(&json!({
            "query": request.question,
            "session_id": request.session,
            "persona": request.persona,
            "history": request.earlier,
        }))
        .send()
        .await?;
    if !response.status().is_success() {
        return Err(ClientError::Status(response.status().as_u16()));
    }
    let answer: Value = response.json().await?;
    Ok(answer["answer"].as_str().unwrap_or_default().to_owned())
}

fn parse(arguments: &[String]) -> Result<Request, Failure> {
    let mut words = arguments.iter().cloned();
    let mut request = Request {
        url: words.next().ok_or(crate::USAGE)?.trim_end_matches('/').to_owned(),
        question: String::new(),
        persona: "noor".to_owned(),
        session: "s-1".to_owned(),
        earlier: Vec::new(),
        patience: Duration::from_secs(120),
    };
    let mut question = None;
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
        match word.as_str() {
            "--persona" => request.persona = value()?,
            "--session" => request.session = value()?,
            "--earlier" => request.earlier.push(value()?),
            "--patience" => request.patience = Duration::from_millis(value()?.parse()?),
            _ => question = Some(word),
        }
    }
    request.question = question.ok_or(crate::USAGE)?;
    Ok(request)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn options_are_read() {
        let request = parse(&words(
            "http://a/ --persona maestro --earlier x --earlier y --patience 5 Why?",
        ))
        .unwrap();
        assert_eq!(
            (request.url.as_str(), request.question.as_str()),
            ("http://a", "Why?")
        );
        assert_eq!(request.earlier, ["x", "y"]);
        assert_eq!(request.patience, Duration::from_millis(5));
        for bad in [
            "http://a",
            "http://a --patience x Why?",
            "http://a Why? --session",
        ] {
            assert!(parse(&words(bad)).is_err(), "{bad}");
        }
    }
}
