//! What the options of `#[traced]` put on the span.

use super::probe::{Failed, block_on, tick};
use spanwright::testing::TestTraces;
use spanwright::{Capture, Context, Kind, Outcome, SpanRecord, Value, assert_trace, traced};
use spanwright_tests::traces::one as span;

fn value(span: &SpanRecord, key: &str) -> Option<Value> {
    span.attribute(key).cloned()
}

#[test]
fn names_kinds_and_attributes() {
    struct Order {
        id: u64,
    }
    impl Order {
        #[traced(
            name = "order.place", kind = producer, level = "debug", target = "shop",
            capture(self.id, amount as "order.amount", ?note, self.id * 2 as "twice"),
            fields(tenant.id = "t1", %amount, "quoted key" = true, none = None::<u8>, list = [1, 2], type = note.unwrap_or("")),
            skip(note), skip_all
        )]
        fn place(&self, amount: u32, note: Option<&str>) {
            let _ = (self, amount, note);
        }
    }
    let span = span(|| Order { id: 7 }.place(3, None));
    assert_eq!((span.name.as_ref(), span.kind), ("order.place", Kind::Producer));
    assert_eq!(value(&span, "id"), Some(Value::from(7)));
    assert_eq!(value(&span, "order.amount"), Some(Value::from(3)));
    assert_eq!(value(&span, "note"), Some(Value::from("None")));
    assert_eq!(value(&span, "twice"), Some(Value::from(14)));
    assert_eq!(value(&span, "tenant.id"), Some(Value::from("t1")));
    assert_eq!(value(&span, "amount"), Some(Value::from("3")));
    assert_eq!(value(&span, "quoted key"), Some(Value::from(true)));
    assert_eq!(value(&span, "type"), Some(Value::from("")));
    assert_eq!(value(&span, "none"), None);
    assert!(value(&span, "list").is_some());
}

#[test]
fn parameters_in_all_modes() {
    fn double(n: &u32) -> u32 {
        n * 2
    }
    #[traced]
    fn find(
        #[capture] id: u32,
        #[capture("db.namespace")] db: &str,
        #[capture(len)] body: &[u8],
        #[capture(mask)] card: &str,
        #[capture(hash)] user: &str,
        #[capture(debug)] shape: Option<u8>,
        #[capture(display, "shown")] text: &str,
        #[capture(with = double)] half: u32,
        #[capture(json)] list: Vec<u8>,
        #[cfg(any())]
        #[capture]
        absent: Absent,
    ) {
        let _ = (id, db, body, card, user, shape, text, half, list);
    }
    let span = span(|| {
        find(
            7,
            "app",
            &[1, 2, 3],
            "4111111111111111",
            "u",
            Some(1),
            "t",
            21,
            vec![1, 2],
        )
    });
    assert_eq!(value(&span, "id"), Some(Value::from(7)));
    assert_eq!(value(&span, "db.namespace"), Some(Value::from("app")));
    assert_eq!(value(&span, "body.len"), Some(Value::from(3)));
    assert_eq!(value(&span, "shape"), Some(Value::from("Some(1)")));
    assert_eq!(value(&span, "shown"), Some(Value::from("t")));
    assert_eq!(value(&span, "half"), Some(Value::from(42)));
    assert_eq!(value(&span, "list"), Some(Value::from("[1,2]")));
    let masked = format!("{:?}", value(&span, "card"));
    assert!(masked.contains("1111") && !masked.contains("4111"), "{masked}");
    assert!(value(&span, "user").is_some_and(|hash| hash != Value::from("u")));
}

#[test]
fn names_per_call_and_default_names() {
    struct Store<T>(T);
    #[traced]
    impl<T> Store<T> {
        fn open(&self) {}
        #[traced(name = format!("close {n}"))]
        fn close(&self, n: u8) {
            let _ = n;
        }
        #[traced(skip)]
        fn quiet(&self) {}
    }
    #[traced(prefix = "Disk")]
    impl Store<u8> {
        fn size(&self) -> u8 {
            self.0
        }
    }
    let traces = TestTraces::start();
    let store = Store(7_u8);
    store.open();
    store.close(3);
    store.quiet();
    store.size();
    assert_trace!(traces, "Store::open", "close 3", "Disk::size");
}

#[test]
fn outcomes() {
    #[traced]
    fn fails(n: u32) -> Result<(), Failed> {
        Err(Failed(n))
    }
    #[traced(err = false)]
    fn ignored() -> Result<(), Failed> {
        Err(Failed(1))
    }
    #[traced(err(ignore = expected))]
    fn sorted(n: u32) -> Result<(), Failed> {
        Err(Failed(n))
    }
    #[traced(err(Debug))]
    async fn debugged() -> Result<(), Failed> {
        tick().await;
        Err(Failed(7))
    }
    fn expected(error: &Failed) -> bool {
        error.0 == 404
    }
    let outcome = |run: &dyn Fn()| span(run).outcome;
    assert_eq!(outcome(&|| drop(fails(1))), Outcome::Error);
    assert_eq!(outcome(&|| drop(ignored())), Outcome::Ok);
    assert_eq!(outcome(&|| drop(sorted(404))), Outcome::Ok);
    assert_eq!(outcome(&|| drop(sorted(500))), Outcome::Error);
    let debugged = span(|| drop(block_on(debugged())));
    assert_eq!(debugged.outcome, Outcome::Error);
    assert!(
        format!("{debugged:?}").contains("Failed(7)"),
        "the `Debug` form: {debugged:?}"
    );
}

#[test]
fn returned_values() {
    #[derive(Capture)]
    struct Receipt {
        id: u64,
        #[capture(skip)]
        card: &'static str,
    }
    #[traced(ret(|r| r.id as "receipt.id", |r| r.card.len() as "card.len"))]
    fn receipt() -> Result<Receipt, Failed> {
        Ok(Receipt { id: 7, card: "4111" })
    }
    #[traced(ret)]
    async fn whole() -> Receipt {
        Receipt { id: 8, card: "4111" }
    }
    #[traced(ret(|all| all.size_hint().0 as "least"))]
    fn opaque() -> Result<impl Iterator<Item = u8>, Failed> {
        Ok(0..3)
    }
    let receipt = span(|| drop(receipt()));
    assert_eq!(value(&receipt, "receipt.id"), Some(Value::from(7)));
    assert_eq!(value(&receipt, "card.len"), Some(Value::from(4)));
    let whole = span(|| drop(block_on(whole())));
    assert_eq!(value(&whole, "return.id"), Some(Value::from(8)));
    assert_eq!(value(&whole, "return.card"), None);
    assert_eq!(value(&span(|| drop(opaque())), "least"), Some(Value::from(3)));
}

#[test]
fn parents_links_and_roots() {
    #[traced]
    fn outer(run: impl FnOnce()) {
        run();
    }
    #[traced(parent = parent)]
    fn below(parent: Option<Context>) {
        let _ = parent;
    }
    #[traced(new_root(link))]
    fn root() {}
    #[traced(parent = None, links = [&linked])]
    fn linking(linked: Context) {
        let _ = linked;
    }
    let traces = TestTraces::start();
    let mut context = None;
    outer(|| context = Some(Context::current()));
    below(context.clone());
    outer(root);
    linking(context.unwrap());
    let spans = traces.spans();
    let [first, below, root, second, linking] = spans.as_slice() else {
        panic!("{}", traces.tree())
    };
    assert_eq!(
        (below.trace_id, below.parent_span_id),
        (first.trace_id, Some(first.span_id))
    );
    assert_eq!(root.parent_span_id, None);
    assert_ne!(root.trace_id, second.trace_id);
    assert_eq!(root.links.len(), 1);
    assert_eq!(linking.links.len(), 1);
}

#[test]
fn attributes_that_flow_down() {
    #[traced(fields(tenant.id = tenant), propagate(tenant.id, user as "user.id"))]
    fn outer(tenant: &str, user: u32) {
        inner();
    }
    #[traced]
    fn inner() {}
    let traces = TestTraces::start();
    outer("t1", 7);
    for name in ["outer", "inner"] {
        let span = traces.find(name).unwrap();
        assert_eq!(value(&span, "tenant.id"), Some(Value::from("t1")), "{name}");
        assert_eq!(value(&span, "user.id"), Some(Value::from(7)), "{name}");
    }
}

#[test]
fn nothing_is_evaluated_where_nothing_is_recorded() {
    #[traced(capture(panic_if_called() as "never"), name = format!("{}", panic_if_called()))]
    fn quiet() {}
    fn panic_if_called() -> u8 {
        panic!("evaluated though no one records")
    }
    quiet();
}

#[test]
fn conditions_on_methods_of_an_annotated_block() {
    struct Conditional;
    #[traced]
    impl Conditional {
        #[cfg_attr(all(), traced(name = "renamed"))]
        fn named() {}
        #[cfg_attr(all(), traced(skip))]
        fn left_out() {}
        #[cfg_attr(any(), traced(skip))]
        fn kept() {}
        #[cfg_attr(all(), traced(skip), must_use)]
        #[traced(name = "left out, too")]
        fn left_out_too() -> u8 {
            1
        }
        #[cfg_attr(any(), traced(name = "elsewhere"))]
        fn traced_elsewhere() {}
    }
    let traces = TestTraces::start();
    Conditional::named();
    Conditional::left_out();
    assert_eq!(Conditional::left_out_too(), 1);
    Conditional::kept();
    Conditional::traced_elsewhere();
    let names: Vec<String> = traces.spans().iter().map(|span| span.name.to_string()).collect();
    assert_eq!(names, ["renamed", "Conditional::kept"]);
}
