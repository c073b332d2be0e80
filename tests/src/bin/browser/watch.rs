//! What no page may do: errors on the console, breaches of the policy, dialogs, and requests to elsewhere.

use crate::devtools::DevTools;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc::UnboundedReceiver;

/// What was seen of it.
pub(crate) type Problems = Arc<Mutex<Vec<String>>>;

/// Notes every problem that the browser tells of, and closes dialogs, which would stop the page.
pub(crate) async fn watch(
    mut events: UnboundedReceiver<Value>,
    devtools: Arc<DevTools>,
    base: String,
    problems: Problems,
) {
    while let Some(event) = events.recv().await {
        if event["method"] == "Page.javascriptDialogOpening" {
            let devtools = Arc::clone(&devtools);
            let session = event["sessionId"].as_str().map(str::to_owned);
            tokio::spawn(async move {
                let close = json!({"accept": false});
                // An error means that the dialog has gone with its page.
                let _ = devtools
                    .ask("Page.handleJavaScriptDialog", close, session.as_deref())
                    .await;
            });
        }
        if let Some(problem) = problem(&event, &base) {
            problems
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(problem);
        }
    }
}

fn problem(event: &Value, base: &str) -> Option<String> {
    let params = &event["params"];
    match event["method"].as_str()? {
        "Page.javascriptDialogOpening" => Some(format!("dialog: {}", params["message"])),
        "Runtime.exceptionThrown" => {
            let details = &params["exceptionDetails"];
            let what = &details["exception"]["description"];
            Some(format!(
                "exception: {}",
                if what.is_null() { &details["text"] } else { what }
            ))
        }
        "Runtime.consoleAPICalled"
            if matches!(params["type"].as_str(), Some("error" | "warning" | "assert")) =>
        {
            Some(format!("console: {}", params["args"]))
        }
        "Log.entryAdded" if matches!(params["entry"]["level"].as_str(), Some("error" | "warning")) => {
            let entry = &params["entry"];
            Some(format!(
                "log, {}: {} {}",
                entry["source"], entry["text"], entry["url"]
            ))
        }
        "Audits.issueAdded" if params["issue"]["code"] == "ContentSecurityPolicyIssue" => Some(format!(
            "policy: {}",
            params["issue"]["details"]["contentSecurityPolicyIssueDetails"]
        )),
        "Network.requestWillBeSent" => {
            let url = params["request"]["url"].as_str()?;
            let is_ours = url
                .strip_prefix(base)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
            (!is_ours && !url.starts_with("about:")).then(|| format!("request: {url}"))
        }
        "Inspector.targetCrashed" => Some("the page crashed".to_owned()),
        _ => None,
    }
}
