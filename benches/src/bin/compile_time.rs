//! What 1,000 annotated functions add to `cargo check`, and what each adds to a debug binary.
//!
//! ```text
//! cargo run --release -p spanwright-benches --bin compile_time
//! cargo run --release -p spanwright-benches --bin compile_time -- --functions 200 --json FILE
//! ```
//!
//! Crates are generated in a temporary directory with the workspace's lockfile, so that nothing but what the workspace
//! has already is fetched. Each is checked once; then it is touched and checked again, three times, taking turns.

#![forbid(unsafe_code)]

use spanwright_benches::machine::Machine;
use spanwright_benches::numbers::Spread;
use spanwright_benches::table::Table;
use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

const ROUNDS: usize = 3;

/// One way to annotate a function.
struct Form {
    name: &'static str,
    /// The attribute's lines.
    attribute: &'static str,
    returns_result: bool,
}

const FORMS: [Form; 8] = [
    Form {
        name: "plain",
        attribute: "",
        returns_result: false,
    },
    Form {
        name: "plain, Result",
        attribute: "",
        returns_result: true,
    },
    Form {
        name: "#[traced]",
        attribute: "#[spanwright::traced]",
        returns_result: false,
    },
    Form {
        name: "#[traced(capture(user, count))], Result",
        attribute: "#[spanwright::traced(capture(user, count))]",
        returns_result: true,
    },
    Form {
        name: "#[instrument]",
        attribute: "#[tracing::instrument(skip_all)]",
        returns_result: false,
    },
    Form {
        name: "#[instrument(err, fields(user, count))], Result",
        attribute: "#[tracing::instrument(skip_all, err, fields(user = user, count = count))]",
        returns_result: true,
    },
    Form {
        name: "fastrace #[trace]",
        attribute: "#[fastrace::trace]",
        returns_result: false,
    },
    Form {
        name: "fastrace #[trace(properties)], Result",
        attribute: r#"#[fastrace::trace(properties = { "user": "{user}", "count": "{count}" })]"#,
        returns_result: true,
    },
];

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("compile_time: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let (mut functions, mut json) = (1_000, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} wants a value"));
        match argument.as_str() {
            "--functions" => functions = value()?.parse()?,
            "--json" => json = Some(value()?),
            other => {
                return Err(format!("unknown argument {other}; known: --functions N, --json FILE").into());
            }
        }
    }
    let folder = Folder::create()?;
    generate(&folder.0, functions)?;
    let mut times = vec![Vec::new(); FORMS.len()];
    for number in 0..FORMS.len() {
        // Dependencies, and the incremental state.
        cargo(&folder.0, "check", number)?;
    }
    for _ in 0..ROUNDS {
        for (number, times) in times.iter_mut().enumerate() {
            touch(&folder.0, number)?;
            times.push(cargo(&folder.0, "check", number)?);
        }
    }
    let times: Option<Vec<_>> = times.into_iter().map(Spread::of).collect();
    let times = times.ok_or("nothing was measured")?;
    let growth: Result<Vec<_>, _> = (0..FORMS.len())
        .map(|number| growth(&folder.0, number, functions))
        .collect();
    let growth = growth?;
    print(functions, &times, &growth)?;
    if let Some(path) = json {
        let rows = FORMS.iter().zip(&times).zip(&growth);
        let rows: Vec<_> = rows
            .map(|((form, time), growth)| {
                serde_json::json!({
                    "form": form.name,
                    "seconds": time.median,
                    "least_seconds": time.least,
                    "bytes_per_function": growth,
                })
            })
            .collect();
        std::fs::write(path, serde_json::to_string_pretty(&rows)?)?;
    }
    Ok(())
}

/// A temporary directory that goes away.
struct Folder(PathBuf);

impl Folder {
    fn create() -> Result<Self, Box<dyn Error>> {
        let path = std::env::temp_dir().join(format!("spanwright-compile-time-{}", std::process::id()));
        std::fs::create_dir(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left behind is in the temporary directory.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// One workspace with a crate for each form, so that they share their dependencies.
fn generate(folder: &Path, functions: usize) -> Result<(), Box<dyn Error>> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
    let lockfile = std::fs::read_to_string(project.join("Cargo.lock"))?;
    std::fs::write(folder.join("Cargo.lock"), lockfile)?;
    std::fs::write(
        folder.join("Cargo.toml"),
        "[workspace]\nresolver = \"3\"\nmembers = [\"form*\"]\n",
    )?;
    let manifest = |number| {
        format!(
            "[package]\nname = \"form{number}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n\
             spanwright = {{ path = {:?} }}\ntracing = {{ version = \"0.1\", features = [\"attributes\"] }}\n\
             fastrace = {{ version = \"0.7\", features = [\"enable\"] }}\n",
            project.join("runtime")
        )
    };
    for (number, form) in FORMS.iter().enumerate() {
        let source = folder.join(format!("form{number}/src"));
        std::fs::create_dir_all(&source)?;
        std::fs::write(source.join("../Cargo.toml"), manifest(number))?;
        std::fs::write(source.join("main.rs"), program(form, functions)?)?;
    }
    Ok(())
}

/// A program that calls each of these functions.
fn program(form: &Form, functions: usize) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    let attribute = form.attribute;
    let (result, body) = match form.returns_result {
        true => (
            "Result<u64, std::num::ParseIntError>",
            "    let given: u64 = user.parse()?;\n    Ok(given + count)",
        ),
        false => ("u64", "    let given = user.len() as u64;\n    given + count"),
    };
    for number in 0..functions {
        writeln!(
            text,
            "{attribute}\nfn f{number}(user: &str, count: u64) -> {result} {{\n{body}\n}}\n"
        )?;
    }
    writeln!(
        text,
        "fn main() {{\n    let count = std::env::args().count() as u64;"
    )?;
    for number in 0..functions {
        writeln!(text, "    let _ = std::hint::black_box(f{number}(\"7\", count));")?;
    }
    writeln!(text, "}}")?;
    Ok(text)
}

/// Changes the source, as an editor would.
fn touch(folder: &Path, number: usize) -> Result<(), Box<dyn Error>> {
    let path = folder.join(format!("form{number}/src/main.rs"));
    let mut text = std::fs::read_to_string(&path)?;
    text.insert(0, '\n');
    Ok(std::fs::write(path, text)?)
}

/// Seconds that it takes.
fn cargo(folder: &Path, command: &str, number: usize) -> Result<f64, Box<dyn Error>> {
    let start = Instant::now();
    let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args([command, "--offline", "--quiet", "--package"])
        .arg(format!("form{number}"))
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env_remove("RUSTFLAGS")
        .stdout(Stdio::null())
        .status()?;
    if !status.success() {
        return Err(format!("cargo {command} failed for {}", FORMS[number].name).into());
    }
    Ok(start.elapsed().as_secs_f64())
}

/// Bytes that each function adds to the debug binary: what all of them have over one, since the first one brings the
/// library along.
fn growth(folder: &Path, number: usize, functions: usize) -> Result<f64, Box<dyn Error>> {
    let all = size(folder, number)?;
    std::fs::write(
        folder.join(format!("form{number}/src/main.rs")),
        program(&FORMS[number], 1)?,
    )?;
    let one = size(folder, number)?;
    Ok((all as f64 - one as f64) / (functions.max(2) - 1) as f64)
}

/// Bytes of the debug binary.
fn size(folder: &Path, number: usize) -> Result<u64, Box<dyn Error>> {
    cargo(folder, "build", number)?;
    let name = format!("target/debug/form{number}{}", std::env::consts::EXE_SUFFIX);
    Ok(std::fs::metadata(folder.join(name))?.len())
}

fn print(functions: usize, times: &[Spread], growth: &[f64]) -> Result<(), Box<dyn Error>> {
    let mut table = Table::new([
        "",
        "cargo check, s",
        "least over plain's least, s",
        "each function in a debug binary over plain, KiB",
    ]);
    for (number, form) in FORMS.iter().enumerate() {
        let plain = usize::from(form.returns_result);
        let Spread { median, least, most } = times[number];
        let kibibytes = (growth[number] - growth[plain]) / 1024.0;
        table.row(vec![
            form.name.to_owned(),
            format!("{median:.2} ({least:.2}–{most:.2})"),
            format!("{:.2}", least - times[plain].least),
            format!("{kibibytes:.1}"),
        ]);
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}\n", Machine::read())?;
    writeln!(
        out,
        "`cargo check` of {functions} functions after a touch, median (least–most) of {ROUNDS}.\n"
    )?;
    writeln!(out, "{table}")?;
    Ok(())
}
