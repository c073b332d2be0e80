//! A page, as a person has it: an address, what can be seen, a mouse and a keyboard.

use crate::Held;
use crate::chromium::Chromium;
use crate::devtools::{DevTools, DevToolsError};
use crate::watch::{Problems, watch};
use base64::Engine;
use serde_json::{Value, json};
use std::error::Error;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

/// How long something may take to be seen; times that matter are measured by their own rows.
const SEEN: Duration = Duration::from_secs(20);
const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// What the browser tells late about a page is told within this time.
const LATE: Duration = Duration::from_millis(150);

pub(crate) struct Page {
    devtools: Arc<DevTools>,
    session: String,
    base: String,
    folder: PathBuf,
    problems: Problems,
}

impl Page {
    /// An empty page, of which all that goes wrong is noted.
    pub(crate) async fn open(
        chromium: &Chromium,
        base: &str,
        folder: PathBuf,
    ) -> Result<Self, Box<dyn Error>> {
        let devtools = Arc::clone(&chromium.devtools);
        let problems = Problems::default();
        let events = chromium
            .events
            .lock()
            .await
            .take()
            .ok_or("the browser is watched already")?;
        tokio::spawn(watch(
            events,
            Arc::clone(&devtools),
            base.to_owned(),
            Arc::clone(&problems),
        ));
        let target = devtools
            .ask("Target.createTarget", json!({"url": "about:blank"}), None)
            .await?;
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        let session = devtools.ask("Target.attachToTarget", attach, None).await?;
        let page = Self {
            devtools,
            session: session["sessionId"].as_str().unwrap_or_default().to_owned(),
            base: base.to_owned(),
            folder,
            problems,
        };
        for domain in ["Page", "Runtime", "Log", "Network", "Audits", "Inspector"] {
            page.ask(&format!("{domain}.enable"), json!({})).await?;
        }
        page.window(1280, 800).await?;
        Ok(page)
    }

    async fn ask(&self, method: &str, params: Value) -> Result<Value, DevToolsError> {
        self.devtools.ask(method, params, Some(&self.session)).await
    }

    /// Loads an address of the collector, and its scripts.
    pub(crate) async fn go(&self, address: &str) -> Held {
        // From nowhere, so that an address that differs in its hash alone is loaded, too.
        self.ask("Page.navigate", json!({"url": "about:blank"})).await?;
        let gone = self
            .ask("Page.navigate", json!({"url": format!("{}{address}", self.base)}))
            .await?;
        if let Some(error) = gone["errorText"].as_str() {
            return Err(format!("{address}: {error}").into());
        }
        self.wait("location.protocol === 'http:' && document.readyState === 'complete'")
            .await
    }

    /// Loads a trace, and waits until its script has taken over.
    pub(crate) async fn go_to_trace(&self, address: &str) -> Held {
        self.go(address).await?;
        self.wait(READY).await
    }

    /// What an expression comes to in the page.
    pub(crate) async fn value(&self, expression: &str) -> Result<Value, Box<dyn Error>> {
        let asked = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let mut answer = self.ask("Runtime.evaluate", asked).await?;
        match answer["exceptionDetails"]["exception"]["description"].as_str() {
            Some(error) => Err(format!("{expression}: {error}").into()),
            None => Ok(answer["result"]["value"].take()),
        }
    }

    /// The same as a text.
    pub(crate) async fn text(&self, expression: &str) -> Result<String, Box<dyn Error>> {
        let value = self.value(expression).await?;
        Ok(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    }

    /// Waits until an expression is true, also over the change from one page to the next.
    pub(crate) async fn wait(&self, expression: &str) -> Held {
        let began = Instant::now();
        let truth = format!("Boolean({expression})");
        loop {
            let last = self.value(&truth).await;
            if last.as_ref().is_ok_and(|value| value == true) {
                return Ok(());
            }
            if began.elapsed() > SEEN {
                let why = last.err().map(|error| format!(": {error}")).unwrap_or_default();
                return Err(format!("not so within {SEEN:?}: {expression}{why}").into());
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// An error where an expression is not true now.
    pub(crate) async fn hold(&self, expression: &str) -> Held {
        match self
            .value(&format!("Promise.resolve({expression}).then(Boolean)"))
            .await?
        {
            Value::Bool(true) => Ok(()),
            _ => Err(format!("not so: {expression}").into()),
        }
    }

    /// Presses the mouse in the middle of an element, or of its first line, which must be what is there.
    pub(crate) async fn click(&self, selector: &str) -> Held {
        let quoted = Value::from(selector);
        self.wait(&format!("document.querySelector({quoted})")).await?;
        let place = format!(
            "(() => {{ const one = document.querySelector({quoted}); one.scrollIntoView({{ block: 'nearest' }});
               const {{ left, top, width, height }} = one.getClientRects()[0];
               const x = left + width / 2, y = top + height / 2, there = document.elementFromPoint(x, y);
               return {{ x, y, seen: there !== null && (one.contains(there)) }}; }})()"
        );
        let place = self.value(&place).await?;
        if place["seen"] != true {
            return Err(format!("{selector} is not there to be clicked: {place}").into());
        }
        for kind in ["mouseMoved", "mousePressed", "mouseReleased"] {
            let button = if kind == "mouseMoved" { "none" } else { "left" };
            let event =
                json!({"type": kind, "x": place["x"], "y": place["y"], "button": button, "clickCount": 1});
            self.ask("Input.dispatchMouseEvent", event).await?;
        }
        Ok(())
    }

    /// Types into what has the focus.
    pub(crate) async fn write(&self, text: &str) -> Held {
        self.ask("Input.insertText", json!({"text": text})).await?;
        Ok(())
    }

    /// Presses a key, by the name that scripts have for it.
    pub(crate) async fn key(&self, key: &str) -> Held {
        let code = match key {
            "Enter" => 13,
            "Escape" => 27,
            "ArrowLeft" => 37,
            "ArrowUp" => 38,
            "ArrowRight" => 39,
            "ArrowDown" => 40,
            "Tab" => 9,
            other => u32::from(other.bytes().next().unwrap_or_default().to_ascii_uppercase()),
        };
        let text = match key {
            "Enter" => Some("\r"),
            key if key.len() == 1 => Some(key),
            _ => None,
        };
        let down = json!({"type": "keyDown", "key": key, "windowsVirtualKeyCode": code, "text": text.unwrap_or_default()});
        self.ask("Input.dispatchKeyEvent", down).await?;
        let up = json!({"type": "keyUp", "key": key, "windowsVirtualKeyCode": code});
        self.ask("Input.dispatchKeyEvent", up).await?;
        Ok(())
    }

    /// How large the window is.
    pub(crate) async fn window(&self, width: u32, height: u32) -> Held {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.ask("Emulation.setDeviceMetricsOverride", size).await?;
        Ok(())
    }

    /// What the person prefers: `dark` or `light`.
    pub(crate) async fn scheme(&self, scheme: &str) -> Held {
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.ask("Emulation.setEmulatedMedia", features).await?;
        Ok(())
    }

    /// Whether the pages' scripts run.
    pub(crate) async fn scripts(&self, run: bool) -> Held {
        self.ask("Emulation.setScriptExecutionDisabled", json!({"value": !run}))
            .await?;
        Ok(())
    }

    /// Writes what can be seen to the folder of screenshots.
    pub(crate) async fn shot(&self, name: &str) -> Held {
        let shot = self
            .ask("Page.captureScreenshot", json!({"format": "png"}))
            .await?;
        let png =
            base64::engine::general_purpose::STANDARD.decode(shot["data"].as_str().unwrap_or_default())?;
        std::fs::write(self.folder.join(format!("{name}.png")), png)?;
        Ok(())
    }

    /// All that went wrong since this was asked for the last time.
    pub(crate) async fn problems(&self) -> Vec<String> {
        tokio::time::sleep(LATE).await;
        std::mem::take(&mut *self.problems.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The trace's script has taken over.
pub(crate) const READY: &str = "document.querySelector('#trace')?.dataset.ready";
