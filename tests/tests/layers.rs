//! The order of the modules: each imports only modules that stand above it, so that the flow reads from top to bottom
//! and nothing goes in a circle. And the length of files: 400 lines, but for those named here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// From which module to which one below it, and why that is so. The list is to shrink.
const TOLERATED: [(&str, &str, &str); 7] = [
    (
        "wire",
        "record",
        "reads the record's kinds and outcomes back from bytes",
    ),
    (
        "record",
        "site",
        "a span's record names its site, a site its spans' kind",
    ),
    (
        "propagate",
        "context",
        "`SpanContext` is a part of the context, which holds baggage",
    ),
    ("propagate", "recorder", "what is injected is the current span"),
    ("context", "recorder", "the stack holds the live records"),
    ("recorder", "bridge", "a span with a `tracing` span keeps it"),
    ("recorder", "pipeline", "full chunks wake the pipeline"),
];

/// The macros' modules by their flow: parse, model, validate, expand. `lib.rs` has them by name.
const MACROS: [&str; 13] = [
    "errors",
    "crate_path",
    "args",
    "item",
    "params",
    "returned",
    "shape",
    "model",
    "validate",
    "expand",
    "attribute",
    "derive",
    "snapshots",
];

/// Files of more than 400 lines, with the most that they may have until they are divided.
const LONG: [(&str, usize); 0] = [];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// All Rust files below this folder, with their paths from it.
fn sources(folder: &Path) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                files.push((name, std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

/// What `lib.rs` says: its modules in order, and which of them each re-exported name is from.
struct Library {
    modules: Vec<String>,
    names: BTreeMap<String, String>,
}

impl Library {
    fn read(text: &str) -> Self {
        let mut modules = Vec::new();
        let mut names = BTreeMap::new();
        for statement in without_comments(text).split_inclusive([';', '}']) {
            let words = statement.trim().trim_end_matches(';');
            if let Some((before, name)) = words.rsplit_once("mod ")
                && (before.is_empty() || before.ends_with(['\n', ' ']))
                && !name.contains(['{', ' '])
            {
                modules.push(name.to_owned());
            }
        }
        for statement in without_comments(text).split(';') {
            let Some((_, path)) = statement.split_once("pub use ") else {
                continue;
            };
            let Some((module, list)) = path.split_once("::") else {
                continue;
            };
            for name in list.split(['{', '}', ',']) {
                let name = name.rsplit([' ', ':', '\n']).find(|word| !word.is_empty());
                names.extend(name.map(|name| (name.to_owned(), module.to_owned())));
            }
        }
        Self { modules, names }
    }

    /// The module that a name directly below the crate is, or comes from.
    fn module_of<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        if self.modules.iter().any(|module| module == name) {
            return Some(name);
        }
        self.names.get(name).map(String::as_str)
    }
}

fn without_comments(text: &str) -> String {
    text.lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}

/// The code without what is there for tests alone, which may use everything.
fn shipped(name: &str, text: &str) -> String {
    let own_file = name
        .split('/')
        .any(|part| part == "tests" || part.ends_with("tests.rs") || part == "corpus.rs");
    // Below the top, where `testing` is the runtime's public module.
    if own_file || name.contains("/testing") {
        return String::new();
    }
    let code = without_comments(text);
    let mut kept = String::new();
    let mut lines = code.lines();
    while let Some(line) = lines.next() {
        if !(line.trim().starts_with("#[cfg(") && line.contains("test")) {
            kept.push_str(line);
            kept.push('\n');
            continue;
        }
        // What the attribute stands before: one line, or a block until its bracket closes.
        if let Some(item) = lines.next().filter(|item| item.ends_with('{')) {
            let indent = item.len() - item.trim_start().len();
            lines.find(|line| line.trim_start() == "}" && line.len() == indent + 1);
        }
    }
    kept
}

/// The names that stand directly below the crate in paths of this file.
fn imports(name: &str, code: &str) -> BTreeSet<String> {
    let depth = name.matches('/').count() + usize::from(!name.ends_with("mod.rs"));
    let above = "super::".repeat(depth);
    let mut found = BTreeSet::new();
    for prefix in ["crate::", &above] {
        for (at, _) in code.match_indices(prefix) {
            // `$crate::` is code of those who use a macro; a longer chain of `super::` is found by itself.
            if code[..at].ends_with(['$', ':']) || code[..at].ends_with(|c: char| c.is_alphanumeric()) {
                continue;
            }
            let rest = &code[at + prefix.len()..];
            if let Some(group) = rest.strip_prefix('{') {
                found.extend(heads(group));
            } else {
                found.insert(identifier(rest));
            }
        }
    }
    found
}

/// The first names of a group's members: `a` and `b` of `a::{c, d}, b}`.
fn heads(group: &str) -> Vec<String> {
    let (mut heads, mut depth, mut fresh) = (Vec::new(), 0, true);
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' => fresh = depth == 0,
            _ if fresh && !character.is_whitespace() => {
                heads.push(identifier(&group[at..]));
                fresh = false;
            }
            _ => {}
        }
    }
    heads
}

fn identifier(text: &str) -> String {
    text.chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}

/// The module that a file belongs to; `private.rs` is `__private`.
fn module_of_file(name: &str) -> &str {
    match name.split('/').next().unwrap_or_default().trim_end_matches(".rs") {
        "private" => "__private",
        module => module,
    }
}

/// Imports of modules below one's own: from, to, and the file.
fn upward(folder: &str, library: &Library, order: &[String]) -> Vec<(String, String, String)> {
    let position = |module: &str| order.iter().position(|own| own == module);
    let mut found = Vec::new();
    for (name, text) in sources(&root().join(folder)) {
        if name == "lib.rs" || name == "main.rs" {
            continue;
        }
        let own = module_of_file(&name);
        let at = position(own).unwrap_or_else(|| panic!("{folder}/{name} belongs to no known module"));
        for import in imports(&name, &shipped(&name, &text)) {
            let Some(module) = library.module_of(&import) else {
                continue;
            };
            if position(module).is_some_and(|there| there > at) {
                found.push((own.to_owned(), module.to_owned(), name.clone()));
            }
        }
    }
    found
}

#[test]
fn modules_of_the_runtime_import_only_those_above() {
    let text = std::fs::read_to_string(root().join("runtime/src/lib.rs")).unwrap();
    let library = Library::read(&text);
    assert!(library.modules.len() > 20, "{:?}", library.modules);
    let found = upward("runtime/src", &library, &library.modules);
    let tolerated = |from: &str, to: &str| {
        TOLERATED
            .iter()
            .any(|(own, other, _)| (*own, *other) == (from, to))
    };
    let new: Vec<_> = found
        .iter()
        .filter(|(from, to, _)| !tolerated(from, to))
        .collect();
    assert!(
        new.is_empty(),
        "imports of a module further down in lib.rs: {new:#?}"
    );
    for (from, to, _) in TOLERATED {
        let occurs = found
            .iter()
            .any(|(own, other, _)| (own.as_str(), other.as_str()) == (from, to));
        assert!(
            occurs,
            "{from} does not import {to} any more: take it out of TOLERATED"
        );
    }
}

#[test]
fn modules_of_the_macros_import_only_earlier_steps() {
    let text = std::fs::read_to_string(root().join("macros/src/lib.rs")).unwrap();
    let library = Library::read(&text);
    let order = MACROS.map(str::to_owned);
    for module in &library.modules {
        assert!(order.contains(module), "{module} has no place in MACROS");
    }
    let found = upward("macros/src", &library, &order);
    assert!(found.is_empty(), "imports of a later step: {found:#?}");
}

#[test]
fn modules_of_the_collector_import_only_those_above() {
    let text = std::fs::read_to_string(root().join("collector/src/lib.rs")).unwrap();
    let library = Library::read(&text);
    assert!(library.modules.len() > 8, "{:?}", library.modules);
    let found = upward("collector/src", &library, &library.modules);
    assert!(
        found.is_empty(),
        "imports of a module further down in lib.rs: {found:#?}"
    );
}

#[test]
fn files_are_short() {
    let mut wrong = Vec::new();
    for folder in [
        "macros/src",
        "runtime/src",
        "collector/src",
        "collector/tests",
        "tests/src",
    ] {
        for (name, text) in sources(&root().join(folder)) {
            let (name, lines) = (format!("{folder}/{name}"), text.lines().count());
            match LONG.iter().find(|(long, _)| *long == name) {
                None if lines > 400 => wrong.push(format!("{name} has {lines} lines: divide it")),
                Some((_, most)) if lines > *most => {
                    wrong.push(format!("{name} has {lines} lines, {most} are allowed: divide it"));
                }
                Some(_) if lines <= 400 => {
                    wrong.push(format!("{name} has {lines} lines: take it out of LONG"))
                }
                _ => {}
            }
        }
    }
    for (name, _) in LONG.iter().filter(|(name, _)| !root().join(name).exists()) {
        wrong.push(format!("{name} is gone: take it out of LONG"));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn imports_are_found_however_they_are_written() {
    let code = "use crate::id::{TraceId, SpanId};\nuse crate::{\n    record::{Kind, Outcome}, TraceId,\n};\n\
                fn f() { $crate::__private::g(); super::super::value::h(); crate::site::x() }";
    let names = ["TraceId", "id", "record", "site", "value"].map(str::to_owned);
    assert_eq!(imports("a/b.rs", code), BTreeSet::from(names));
}

#[test]
fn what_is_for_tests_alone_may_use_everything() {
    let code = "use crate::id::A;\n#[cfg(test)]\nuse crate::testing::B;\n// crate::pipeline::C\n#[cfg(all(test, unix))]\nmod tests {\n    use crate::setup::D;\n}\nuse crate::id::E;\n";
    assert_eq!(
        imports("a.rs", &shipped("a.rs", code)),
        BTreeSet::from(["id".to_owned()])
    );
    assert_eq!(shipped("a/tests.rs", code), "");
    assert_eq!(shipped("a/testing/b.rs", code), "");
    assert_ne!(shipped("testing/b.rs", code), "");
}

#[test]
fn the_order_and_the_names_are_read_from_the_library() {
    let library = Library::read(
        "//! mod nothing;\n#[allow(unsafe_code)]\nmod raw;\npub mod llm;\n#[cfg(x)]\npub(crate) mod setup;\n\
         pub use raw::{A, b::C};\npub use setup::open as close;\n",
    );
    assert_eq!(library.modules, ["raw", "llm", "setup"]);
    let of = |name| library.module_of(name);
    assert_eq!(
        (of("A"), of("C"), of("close"), of("llm")),
        (Some("raw"), Some("raw"), Some("setup"), Some("llm"))
    );
}
