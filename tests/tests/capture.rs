//! Values reach the backend typed and bounded, and capturing them never changes what a function does.

use spanwright::testing::TestTraces;
use spanwright::{Capture, Redactor, Value, traced};
use std::fmt;

#[derive(Capture)]
struct Account {
    id: u64,
    #[capture(skip)]
    #[allow(dead_code)]
    pin: &'static str,
    owner: Option<String>,
}

#[traced(capture(count, ratio, on, name, tags, none, account, big), fields(twice = count * 2, text = %ratio, shape = ?on))]
#[allow(clippy::too_many_arguments)]
fn typed(
    count: i32,
    ratio: f64,
    on: bool,
    name: &str,
    tags: &[&str],
    none: Option<u8>,
    account: &Account,
    big: u64,
) {
    let _ = (count, ratio, on, name, tags, none, account, big);
}

#[test]
fn types_arrive() {
    let traces = TestTraces::start();
    let account = Account {
        id: 7,
        pin: "1234",
        owner: None,
    };
    typed(-1, 0.5, true, "n", &["a", "b"], None, &account, u64::MAX);
    let span = traces.find("typed").unwrap();
    let get = |key| span.attribute(key).cloned();
    assert_eq!(get("count"), Some(Value::Int(-1)));
    assert_eq!(get("ratio"), Some(Value::Float(0.5)));
    assert_eq!(get("on"), Some(Value::Bool(true)));
    assert_eq!(get("name"), Some("n".into()));
    assert_eq!(get("tags"), Some(vec!["a", "b"].into()));
    assert_eq!(get("none"), None);
    assert_eq!(get("account.id"), Some(Value::Int(7)));
    assert_eq!(get("account.pin"), None);
    assert_eq!(get("account.owner"), None);
    assert_eq!(get("big"), Some(u64::MAX.to_string().into()));
    assert_eq!(get("twice"), Some(Value::Int(-2)));
    assert_eq!(get("text"), Some("0.5".into()));
    assert_eq!(get("shape"), Some("true".into()));
    assert!(!traces.tree().contains("1234"));
}

struct Hostile(fn(&mut fmt::Formatter<'_>) -> fmt::Result);

impl fmt::Debug for Hostile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (self.0)(f)
    }
}

#[traced(fields(?value))]
fn shows(value: &Hostile) -> u8 {
    let _ = value;
    7
}

#[test]
fn a_hostile_debug_does_not_change_the_result() {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let traces = TestTraces::start();
    type Show = fn(&mut fmt::Formatter<'_>) -> fmt::Result;
    let cases: [(&str, Show); 4] = [
        ("panics", |_| panic!("no")),
        ("fails", |_| Err(fmt::Error)),
        ("logs", |f| {
            spanwright::in_span("inside", || spanwright::current().set("a", &1));
            tracing::info!("inside");
            f.write_str("ok")
        }),
        ("is long", |f| {
            (0..10_000_000 / 10).try_for_each(|_| f.write_str("0123456789"))
        }),
    ];
    for (name, debug) in cases {
        assert_eq!(shows(&Hostile(debug)), 7, "{name}");
    }
    std::panic::set_hook(hook);
    let values: Vec<_> = traces
        .spans()
        .iter()
        .filter(|span| span.name == "shows")
        .map(|span| span.attributes[0].1.to_string())
        .collect();
    assert_eq!(values[0], "[capture panicked]");
    assert_eq!(values[2], "ok");
    assert!(values[3].len() < 5_000, "{}", values[3].len());
}

#[derive(Debug)]
struct Node(Option<Box<Node>>);

#[test]
fn a_million_nodes_deep_on_a_small_stack() {
    #[traced(fields(?list))]
    fn head(list: &Node) -> bool {
        list.0.is_some()
    }
    let run = || {
        let traces = TestTraces::start();
        let mut list = Node(None);
        for _ in 0..1_000_000 {
            list = Node(Some(Box::new(list)));
        }
        assert!(head(&list));
        assert!(
            traces.find("head").unwrap().attributes[0]
                .1
                .as_str()
                .unwrap()
                .starts_with("Node(Some(Node(")
        );
        let mut rest = list.0.take();
        while let Some(mut node) = rest {
            rest = node.0.take();
        }
    };
    std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(run)
        .unwrap()
        .join()
        .unwrap();
}

mod foreign {
    pub struct Money {
        pub minor: i64,
    }
}

fn minor(money: &foreign::Money) -> i64 {
    money.minor
}

#[traced]
fn pay(
    #[capture(with = minor)] amount: foreign::Money,
    #[capture(len)] body: &[u8],
    #[capture(mask)] card: &str,
    #[capture("account.id")] id: u32,
    #[capture(hash)] user: &str,
    token: &str,
) {
    let _ = (amount, body, card, id, user, token);
}

#[test]
fn forms_of_parameters() {
    let traces = TestTraces::start();
    pay(
        foreign::Money { minor: 1250 },
        &[0; 9],
        "4111 1111 1111 1111",
        3,
        "ann",
        "nobody sees this",
    );
    let span = traces.find("pay").unwrap();
    assert_eq!(span.attribute("amount"), Some(&Value::Int(1250)));
    assert_eq!(span.attribute("body.len"), Some(&Value::Int(9)));
    assert_eq!(span.attribute("card"), Some(&"***************1111".into()));
    assert_eq!(span.attribute("account.id"), Some(&Value::Int(3)));
    assert_eq!(span.attribute("user").unwrap().as_str().unwrap().len(), 16);
    assert_eq!(span.attribute("token"), None);
}

#[test]
fn a_key_that_is_set_again_is_replaced() {
    #[traced(capture(step))]
    fn work(step: u32) {
        for more in 0..1000 {
            spanwright::current()
                .set("step", &(step + more))
                .set("other", "x");
        }
    }
    let traces = TestTraces::start();
    work(1);
    let span = traces.find("work").unwrap();
    assert_eq!(span.attribute("step"), Some(&Value::Int(1000)));
    assert_eq!(span.attributes.len(), 2);
    assert_eq!(span.dropped_attributes, 0);
}

#[test]
fn what_flows_to_spans_below() {
    #[traced]
    fn below() {}
    #[traced(propagate(tenant.id = "t-1"))]
    fn above() {
        below();
    }
    let traces = TestTraces::start();
    spanwright::session().user("u-1").tag("beta").in_scope(above);
    below();
    let spans = traces.spans();
    assert_eq!(
        spans[0].attribute("tenant.id"),
        Some(&"t-1".into()),
        "{}",
        traces.tree()
    );
    let user = spans[0].attribute("user.id").unwrap().as_str().unwrap();
    assert!(user.starts_with("h1:") && user.len() == 35, "{user}");
    assert_eq!(spans[1].attribute("tenant.id"), Some(&"t-1".into()));
    assert!(spans[2].attributes.is_empty());
}

#[test]
fn ids_of_a_session_are_hashed_unless_their_key_is_allowed() {
    let ids = |redactor| {
        let traces = TestTraces::with(redactor);
        let session = spanwright::session().user("u-1").session("s-1").tenant("u-1");
        assert!(!format!("{session:?}").contains("u-1"));
        session.in_scope(|| spanwright::in_span("work", || ()));
        let span = traces.find("work").unwrap();
        ["user.id", "session.id", "tenant.id"].map(|key| span.attribute(key).unwrap().to_string())
    };
    let [user, session, tenant] = ids(Redactor::default().allow_key("session.id"));
    assert!(user.starts_with("h1:") && session == "s-1");
    assert_eq!(user, tenant, "equal ids have equal hashes");
    assert_eq!(ids(Redactor::default())[0], user, "also at another time");
    assert_eq!(ids(Redactor::disabled_for_debugging()), ["u-1", "s-1", "u-1"]);
}
