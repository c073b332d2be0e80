use super::forms::{hash_text, mask_text};
use super::*;
use crate::value::{Key, Value};
use crate::wire::Reader;

fn attributes<T: Capture + ?Sized>(value: &T) -> Vec<(Key, Value)> {
    let (mut buffer, mut count) = (Vec::new(), 0);
    capture_into(&mut buffer, "k", &mut count, 128, value);
    Reader::new(&buffer).attributes()
}

fn one<T: Capture + ?Sized>(value: &T) -> Value {
    let mut all = attributes(value);
    assert_eq!(all.len(), 1);
    all.remove(0).1
}

#[test]
fn types_are_kept() {
    assert_eq!(one(&7_u8), Value::Int(7));
    assert_eq!(one(&u64::MAX), Value::String(u64::MAX.to_string()));
    assert_eq!(one(&1.5_f32), Value::Float(1.5));
    assert_eq!(
        one(&[true, false]),
        Value::Array(vec![Value::Bool(true), Value::Bool(false)])
    );
    assert_eq!(
        one(&vec![Some("a"), None]),
        Value::Array(vec![Value::String("a".into())])
    );
    assert_eq!(one(&Some(3)), Value::Int(3));
    assert!(attributes(&None::<i64>).is_empty());
    assert_eq!(
        one(&vec![vec![1_i64], vec![]]),
        Value::Array(vec![Value::Array(vec![Value::Int(1)]), Value::Array(vec![])])
    );
}

struct Account {
    id: u64,
    owner: Option<&'static str>,
}

impl Capture for Account {
    fn capture(&self, out: &mut Captured<'_>) {
        out.field("id", &self.id);
        out.field("owner", &self.owner);
    }
}

#[test]
fn fields_are_attributes_below_the_key_and_maps_in_arrays() {
    let all = attributes(&Account {
        id: 1,
        owner: Some("ann"),
    });
    assert_eq!(
        all,
        [("k.id".into(), Value::Int(1)), ("k.owner".into(), "ann".into())]
    );
    let list = one(&[Account { id: 2, owner: None }]);
    assert_eq!(
        list,
        Value::Array(vec![Value::Map(vec![("id".into(), Value::Int(2))])])
    );
}

#[test]
fn a_panic_leaves_a_note_and_what_stood_before() {
    struct Hostile;
    impl Capture for Hostile {
        fn capture(&self, out: &mut Captured<'_>) {
            out.field("half", &1);
            panic!("never mind");
        }
    }
    let (mut buffer, mut count) = (Vec::new(), 0);
    capture_into(&mut buffer, "before", &mut count, 128, &1);
    capture_into(&mut buffer, "k", &mut count, 128, &Hostile);
    let all = Reader::new(&buffer).attributes();
    assert_eq!(
        all,
        [
            ("before".into(), Value::Int(1)),
            ("k".into(), "[capture panicked]".into())
        ]
    );
}

#[derive(Debug)]
struct Node(#[allow(dead_code)] Option<Box<Node>>);

#[test]
fn formatting_stops_at_the_bounds() {
    let (mut buffer, mut count) = (Vec::new(), 0);
    protected(&mut buffer, "k", &mut count, 128, |out| {
        out.display(&"é".repeat(100_000))
    });
    let Value::String(text) = &Reader::new(&buffer).attributes()[0].1 else {
        panic!("not text")
    };
    let kept = text.strip_suffix(CUT).unwrap();
    assert_eq!(kept.len(), CAPTURE_BOUND);

    // A million nodes deep, on a stack that a derived `Debug` of that depth overflows.
    std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(|| {
            let mut list = Node(None);
            for _ in 0..1_000_000 {
                list = Node(Some(Box::new(list)));
            }
            let mut buffer = Vec::new();
            protected(&mut buffer, "k", &mut 0, 128, |out| out.debug(&list));
            assert!(buffer.len() < 2_000);
            let mut rest = list.0.take();
            while let Some(mut node) = rest {
                rest = node.0.take();
            }
        })
        .unwrap()
        .join()
        .unwrap();
}

#[test]
fn only_what_was_cut_says_so() {
    let text = |length: usize, write: fn(&mut Captured<'_>, &str)| {
        let mut buffer = Vec::new();
        let text = "x".repeat(length);
        protected(&mut buffer, "k", &mut 0, 128, |out| write(out, &text));
        Reader::new(&buffer).attributes()[0].1.to_string()
    };
    type Form = fn(&mut Captured<'_>, &str);
    let forms: [Form; 3] = [
        |out, text| out.str(text),
        |out, text| out.display(text),
        |out, text| Value::from(text).capture(out),
    ];
    for form in forms {
        assert_eq!(text(CAPTURE_BOUND, form).len(), CAPTURE_BOUND);
        let cut = text(CAPTURE_BOUND + 1, form);
        assert_eq!(cut.strip_suffix(CUT).map(str::len), Some(CAPTURE_BOUND));
    }
}

#[test]
fn a_nested_value_is_bounded_in_each_text_and_in_depth() {
    let long = Value::from("x".repeat(CAPTURE_BOUND + 1));
    let mut deep = Value::from("bottom");
    for _ in 0..100 {
        deep = Value::Array(vec![deep]);
    }
    let value = Value::Map(vec![
        ("list".into(), Value::Array(vec![long])),
        ("deep".into(), deep),
    ]);
    let mut buffer = Vec::new();
    protected(&mut buffer, "k", &mut 0, 128, |out| value.capture(out));
    let read = Reader::new(&buffer).attributes()[0].1.to_string();
    assert!(read.contains("x…") && !read.contains("bottom"));
    assert!(buffer.len() < CAPTURE_BOUND + 500);
}

#[test]
fn no_more_than_there_is_room_for() {
    let (mut buffer, mut count) = (Vec::new(), 0);
    for key in ["a", "b", "c"] {
        capture_into(&mut buffer, key, &mut count, 2, &1);
    }
    assert_eq!(count, 3);
    assert_eq!(Reader::new(&buffer).attributes().len(), 2);
}

#[test]
fn masks_and_hashes_do_not_tell() {
    assert_eq!(mask_text("4111111111111111"), "************1111");
    assert_eq!(mask_text("secret"), "******");
    assert_eq!(hash_text("a"), hash_text("a"));
    assert_ne!(hash_text("a"), hash_text("b"));
}
