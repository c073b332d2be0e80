//! An exception is recorded once, where it arises, and none is lost; every span that it crosses tells `error.type`.

use spanwright::testing::TestTraces;
use spanwright::{SpanRecord, Status, traced};
use std::error::Error;

#[derive(Debug, thiserror::Error)]
#[error("disk {0} is full")]
struct DiskError(u8);

#[derive(Debug, thiserror::Error)]
enum StoreError {
    #[error("cannot store")]
    Disk(#[from] DiskError),
    #[error("no such key")]
    Missing,
}

#[traced]
fn write(disk: u8) -> Result<(), DiskError> {
    Err(DiskError(disk))
}

fn exceptions(span: &SpanRecord) -> Vec<String> {
    span.events
        .iter()
        .filter(|event| event.name == "exception")
        .map(|event| {
            event
                .attributes
                .iter()
                .find(|(key, _)| key == "exception.message")
                .map_or_else(String::new, |(_, value)| value.to_string())
        })
        .collect()
}

/// Which spans hold which exceptions; and all of `failed` have the status and a type.
#[track_caller]
fn recorded(traces: &TestTraces, failed: &[&str]) -> Vec<(String, String)> {
    for name in failed {
        let span = traces
            .find(name)
            .unwrap_or_else(|| panic!("no span {name}:\n{}", traces.tree()));
        assert!(
            matches!(span.status, Status::Error(_)),
            "{name}: {:?}",
            span.status
        );
        assert!(span.attribute("error.type").is_some(), "{name}");
    }
    traces
        .spans()
        .iter()
        .flat_map(|span| {
            exceptions(span)
                .into_iter()
                .map(|text| (span.name.to_string(), text))
        })
        .collect()
}

fn one(name: &str, text: &str) -> Vec<(String, String)> {
    vec![(name.to_owned(), text.to_owned())]
}

#[test]
fn through_from() {
    #[traced]
    fn put() -> Result<(), StoreError> {
        Ok(write(1)?)
    }
    #[traced]
    fn request() -> Result<(), StoreError> {
        put()
    }
    let traces = TestTraces::start();
    request().unwrap_err();
    assert_eq!(
        recorded(&traces, &["write", "put", "request"]),
        one("write", "disk 1 is full")
    );
    let error_type = |name| {
        traces
            .find(name)
            .unwrap()
            .attribute("error.type")
            .unwrap()
            .to_string()
    };
    assert!(error_type("write").ends_with("DiskError"));
    assert!(error_type("put").ends_with("StoreError"));
}

#[test]
fn through_a_box() {
    #[traced]
    fn boxed() -> Result<(), Box<dyn Error>> {
        write(2)?;
        Ok(())
    }
    #[traced]
    fn sync_boxed() -> Result<(), Box<dyn Error + Send + Sync>> {
        write(3)?;
        Ok(())
    }
    let traces = TestTraces::start();
    boxed().unwrap_err();
    assert_eq!(
        recorded(&traces, &["write", "boxed"]),
        one("write", "disk 2 is full")
    );
    assert_eq!(
        traces
            .find("boxed")
            .unwrap()
            .attribute("error.type")
            .unwrap()
            .as_str(),
        Some("_OTHER")
    );
    traces.clear();
    sync_boxed().unwrap_err();
    assert_eq!(
        recorded(&traces, &["write", "sync_boxed"]),
        one("write", "disk 3 is full")
    );
}

#[test]
fn through_anyhow_with_context() {
    use anyhow::Context;
    #[traced]
    fn middle() -> anyhow::Result<()> {
        write(4).context("while writing the index")
    }
    #[traced]
    fn outer() -> anyhow::Result<()> {
        middle().context("while serving")
    }
    let traces = TestTraces::start();
    outer().unwrap_err();
    assert_eq!(
        recorded(&traces, &["write", "middle", "outer"]),
        one("write", "disk 4 is full")
    );
}

#[test]
fn a_chain_is_recorded_with_its_sources() {
    #[traced]
    fn fails() -> Result<(), StoreError> {
        Err(DiskError(5).into())
    }
    let traces = TestTraces::start();
    fails().unwrap_err();
    let span = traces.find("fails").unwrap();
    let event = &span.events[0];
    let get = |wanted: &str| {
        event
            .attributes
            .iter()
            .find(|(key, _)| key == wanted)
            .map(|(_, value)| value.to_string())
    };
    assert_eq!(get("exception.message").as_deref(), Some("cannot store"));
    assert!(get("exception.type").unwrap().ends_with("StoreError"));
    assert_eq!(
        get("spanwright.exception.sources").as_deref(),
        Some("[\"disk 5 is full\"]")
    );
    assert_eq!(span.status, Status::Error("cannot store".into()));
}

#[test]
fn one_that_is_handled_before_another_arises() {
    #[traced]
    fn lookup() -> Result<(), StoreError> {
        let _ = write(6);
        Err(StoreError::Missing)
    }
    let traces = TestTraces::start();
    lookup().unwrap_err();
    let mut all = recorded(&traces, &["write", "lookup"]);
    all.sort();
    assert_eq!(
        all,
        [
            ("lookup".into(), "no such key".into()),
            ("write".to_owned(), "disk 6 is full".to_owned())
        ]
    );
}

#[test]
fn handled_errors_leave_the_handler_alone() {
    #[traced]
    fn handler() -> u8 {
        write(7).map_or(1, |()| 0)
    }
    let traces = TestTraces::start();
    handler();
    assert_eq!(traces.find("handler").unwrap().status, Status::Unset);
    assert_eq!(recorded(&traces, &["write"]), one("write", "disk 7 is full"));
}

#[tokio::test]
async fn through_join() {
    #[traced]
    async fn part(disk: u8) -> Result<(), DiskError> {
        tokio::task::yield_now().await;
        write(disk)
    }
    #[traced]
    async fn both() -> Result<(), DiskError> {
        let (first, second) = tokio::join!(part(8), part(9));
        first?;
        second
    }
    let traces = TestTraces::start();
    both().await.unwrap_err();
    let mut all = recorded(&traces, &["write", "part", "both"]);
    all.sort();
    assert_eq!(
        all,
        [
            ("write".to_owned(), "disk 8 is full".to_owned()),
            ("write".to_owned(), "disk 9 is full".to_owned())
        ]
    );
}

#[test]
fn errors_that_say_nothing_have_their_types_name() {
    struct Silent;
    #[traced]
    fn silent() -> Result<(), Silent> {
        Err(Silent)
    }
    #[traced]
    fn generic<E>(error: E) -> Result<(), E> {
        Err(error)
    }
    let traces = TestTraces::start();
    assert!(silent().is_err());
    assert!(generic(3_u8).is_err());
    let span = traces.find("silent").unwrap();
    assert!(
        span.attribute("error.type")
            .unwrap()
            .as_str()
            .unwrap()
            .ends_with("Silent")
    );
    assert_eq!(exceptions(&span), [""]);
    assert_eq!(
        traces
            .find("generic")
            .unwrap()
            .attribute("error.type")
            .unwrap()
            .as_str(),
        Some("u8")
    );
}

#[test]
fn an_error_names_its_own_type() {
    #[derive(Debug)]
    struct Declined;
    impl std::fmt::Display for Declined {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("declined")
        }
    }
    impl spanwright::ErrorType for Declined {
        fn error_type(&self) -> std::borrow::Cow<'static, str> {
            "card_declined".into()
        }
    }
    #[traced]
    fn pay() -> Result<(), Declined> {
        Err(Declined)
    }
    let traces = TestTraces::start();
    assert!(pay().is_err());
    assert_eq!(
        traces
            .find("pay")
            .unwrap()
            .attribute("error.type")
            .unwrap()
            .as_str(),
        Some("card_declined")
    );
}

#[test]
fn expected_errors_and_switched_off() {
    fn is_missing(error: &StoreError) -> bool {
        matches!(error, StoreError::Missing)
    }
    #[traced(err(ignore = is_missing))]
    fn get(present: bool) -> Result<(), StoreError> {
        if present {
            Err(DiskError(1).into())
        } else {
            Err(StoreError::Missing)
        }
    }
    #[traced(err = false)]
    fn quiet() -> Result<(), StoreError> {
        Err(StoreError::Missing)
    }
    let traces = TestTraces::start();
    get(false).unwrap_err();
    assert_eq!(traces.find("get").unwrap().status, Status::Unset);
    traces.clear();
    get(true).unwrap_err();
    assert!(matches!(traces.find("get").unwrap().status, Status::Error(_)));
    quiet().unwrap_err();
    assert_eq!(traces.find("quiet").unwrap().status, Status::Unset);
}
