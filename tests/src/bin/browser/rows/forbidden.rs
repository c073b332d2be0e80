//! That this suite would see what it says does not happen.

use crate::{Held, Scene};

/// What is done, and what is then to be seen of it.
const PLANTED: [(&str, &str); 6] = [
    ("console.error('planted')", "console:"),
    ("setTimeout(() => { throw new Error('planted') })", "exception:"),
    ("setTimeout(() => alert('planted'))", "dialog:"),
    (
        "{ const script = document.createElement('script'); script.textContent = 'window.owned = 1'; document.body.append(script) }",
        "policy:",
    ),
    (
        "{ document.body.insertAdjacentHTML('beforeend', '<p onclick=\"window.owned = 1\">') }",
        "policy:",
    ),
    ("fetch('http://127.0.0.1:9/elsewhere').catch(() => 0)", "policy:"),
];

pub(crate) async fn seen(Scene { page, .. }: &Scene) -> Held {
    for (planted, kind) in PLANTED {
        page.go("/").await?;
        page.value(&format!("{{ {planted}; 0 }}")).await?;
        let problems = page.problems().await;
        if !problems.iter().any(|problem| problem.starts_with(kind)) {
            return Err(format!("{planted} is not seen as {kind:?}, but as {problems:?}").into());
        }
        page.hold("window.owned === undefined").await?;
    }
    Ok(())
}
