//! The DevTools protocol: commands with answers, and events, as JSON texts that end with a zero byte.

use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{ChildStdin, ChildStdout};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

/// How long an answer may take: the machine may be busy, and the first one is that of a browser that starts.
const ANSWER: Duration = Duration::from_secs(60);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DevToolsError {
    #[error("{method}: the browser is gone")]
    Gone { method: String },
    #[error("{method}: no answer within {ANSWER:?}")]
    Late { method: String },
    #[error("{method}: {message}")]
    Refused { method: String, message: String },
}

type Waiting = Arc<Mutex<HashMap<u64, oneshot::Sender<Value>>>>;

pub(crate) struct DevTools {
    input: tokio::sync::Mutex<ChildStdin>,
    last: AtomicU64,
    waiting: Waiting,
}

impl DevTools {
    /// Commands go to `input`; answers and events come from `output`.
    pub(crate) fn new(input: ChildStdin, output: ChildStdout) -> (Self, UnboundedReceiver<Value>) {
        let waiting = Waiting::default();
        let (told, events) = unbounded_channel();
        tokio::spawn(read(output, Arc::clone(&waiting), told));
        let devtools = Self {
            input: tokio::sync::Mutex::new(input),
            last: AtomicU64::new(0),
            waiting,
        };
        (devtools, events)
    }

    /// Sends a command, to a page where there is a session, and waits for its answer.
    pub(crate) async fn ask(
        &self,
        method: &str,
        params: Value,
        session: Option<&str>,
    ) -> Result<Value, DevToolsError> {
        let answer = self.send(method, params, session).await?;
        let method = method.to_owned();
        let mut answer = match tokio::time::timeout(ANSWER, answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => return Err(DevToolsError::Gone { method }),
            Err(_) => return Err(DevToolsError::Late { method }),
        };
        match answer["error"]["message"].as_str() {
            Some(message) => Err(DevToolsError::Refused {
                method,
                message: message.to_owned(),
            }),
            None => Ok(answer["result"].take()),
        }
    }

    async fn send(
        &self,
        method: &str,
        params: Value,
        session: Option<&str>,
    ) -> Result<oneshot::Receiver<Value>, DevToolsError> {
        let id = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        let mut command = json!({"id": id, "method": method, "params": params});
        if let Some(session) = session {
            command["sessionId"] = session.into();
        }
        let (sender, answer) = oneshot::channel();
        self.waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id, sender);
        let mut text = command.to_string().into_bytes();
        text.push(0);
        let sent = self.input.lock().await.write_all(&text).await;
        sent.map_err(|_| DevToolsError::Gone {
            method: method.to_owned(),
        })?;
        Ok(answer)
    }
}

/// Gives each answer to who waits for it, until the browser closes the pipe; then nobody waits any longer.
async fn read(output: ChildStdout, waiting: Waiting, events: UnboundedSender<Value>) {
    let mut output = BufReader::new(output);
    let mut text = Vec::new();
    while output
        .read_until(0, &mut text)
        .await
        .is_ok_and(|length| length > 0)
    {
        let message: Value =
            serde_json::from_slice(text.strip_suffix(&[0]).unwrap_or(&text)).unwrap_or_default();
        text.clear();
        let Some(id) = message["id"].as_u64() else {
            // Nobody listens any more at the end.
            let _ = events.send(message);
            continue;
        };
        let waits = waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        if let Some(waits) = waits {
            // Who waited has given up.
            let _ = waits.send(message);
        }
    }
    waiting.lock().unwrap_or_else(PoisonError::into_inner).clear();
}
