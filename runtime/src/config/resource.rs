//! The resource: what the environment, the builder and the process say about who records.

use super::env::Env;
use super::{legacy, pairs};
use crate::id::random_u64;
use crate::record::Resource;
use crate::value::{Key, Value};
use std::path::Path;

/// What the environment says about the service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ResourceSettings {
    pub(crate) service_name: Option<String>,
    /// `OTEL_RESOURCE_ATTRIBUTES`, decoded, in order.
    pub(crate) attributes: Vec<(String, String)>,
    /// `deployment.environment.name` by its older variable.
    pub(crate) environment: Option<String>,
}

/// What the builder says; it goes before the environment.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct GivenService {
    pub(crate) name: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) attributes: Vec<(Key, Value)>,
}

/// What is read off the process and its host. The command line is left out: it may hold secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ProcessFacts {
    pub(crate) pid: u32,
    /// The executable's file name, without its folder.
    pub(crate) executable: Option<String>,
    pub(crate) host: Option<String>,
    /// A version 4 UUID, new for each process.
    pub(crate) instance: String,
}

const INSTANCE: &str = "service.instance.id";
const PID: &str = "process.pid";

impl ResourceSettings {
    pub(super) fn read(env: &mut Env<'_>) -> Self {
        Self {
            service_name: env.text("OTEL_SERVICE_NAME"),
            attributes: pairs::attributes(env, "OTEL_RESOURCE_ATTRIBUTES"),
            environment: legacy::environment(env),
        }
    }

    /// The resource. Later lines go before earlier ones: what is found, then the environment, then the
    /// builder, then what only we can say.
    pub(crate) fn build(&self, given: &GivenService, process: &ProcessFacts) -> Resource {
        let executable = process.executable.as_deref();
        let unknown = executable.map_or_else(
            || "unknown_service".to_owned(),
            |name| format!("unknown_service:{name}"),
        );
        let mut resource = Resource::new()
            .with("service.name", unknown)
            .with(INSTANCE, process.instance.as_str());
        let mut set = |key: &'static str, value: Option<&str>| {
            if let Some(value) = value {
                resource.set(key.into(), value.into());
            }
        };
        set("host.name", process.host.as_deref());
        set("host.arch", Some(host_arch(std::env::consts::ARCH)));
        set("os.type", Some(os_type(std::env::consts::OS)));
        set("process.executable.name", executable);
        set("process.runtime.name", Some("rustc"));
        set("deployment.environment.name", self.environment.as_deref());
        resource.set(PID.into(), i64::from(process.pid).into());

        for (key, value) in &self.attributes {
            resource.set(key.clone().into(), value.as_str().into());
        }
        let names = [("service.name", self.service_name.as_ref())];
        let builder = [
            ("service.name", given.name.as_ref()),
            ("service.version", given.version.as_ref()),
        ];
        for (key, value) in &given.attributes {
            resource.set(key.clone(), value.clone());
        }
        for (key, value) in names.into_iter().chain(builder) {
            if let Some(value) = value {
                resource.set(key.into(), value.as_str().into());
            }
        }
        resource
            .with("telemetry.sdk.name", "spanwright")
            .with("telemetry.sdk.language", "rust")
            .with("telemetry.sdk.version", env!("CARGO_PKG_VERSION"))
    }
}

impl ProcessFacts {
    /// This process's facts.
    pub(crate) fn detect() -> Self {
        Self {
            pid: std::process::id(),
            executable: std::env::current_exe().ok().as_deref().and_then(file_name),
            host: host_name(),
            instance: random_uuid(),
        }
    }

    /// Brings a resource that a forked child inherited up to date: its own id and pid, unless the id was
    /// given by hand (then it is not the one that `self` found).
    pub(crate) fn for_child(&self, resource: &Resource) -> Resource {
        let mut resource = resource.clone().with(PID, i64::from(std::process::id()));
        if resource.get(INSTANCE).and_then(Value::as_str) == Some(self.instance.as_str()) {
            resource = resource.with(INSTANCE, random_uuid());
        }
        resource
    }
}

fn file_name(path: &Path) -> Option<String> {
    Some(path.file_name()?.to_string_lossy().into_owned())
}

/// The kernel's name for the host where there is such a file, else the shell's.
fn host_name() -> Option<String> {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .ok()
        .or_else(|| std::env::var("HOSTNAME").ok())
        .or_else(|| std::env::var("COMPUTERNAME").ok())
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
}

/// The conventions' word for Rust's name of an architecture.
fn host_arch(rust: &str) -> &str {
    match rust {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "arm" => "arm32",
        "powerpc" => "ppc32",
        "powerpc64" => "ppc64",
        other => other,
    }
}

/// The conventions' word for Rust's name of an operating system.
fn os_type(rust: &str) -> &str {
    match rust {
        "macos" | "ios" => "darwin",
        "dragonfly" => "dragonflybsd",
        other => other,
    }
}

/// RFC 9562, version 4: random but for the version and variant bits.
fn random_uuid() -> String {
    let (high, low) = (random_u64(), random_u64());
    let high = high & !0xf000 | 0x4000;
    let low = low & (u64::MAX >> 2) | 1 << 63;
    let text = format!("{high:016x}{low:016x}");
    let part = |range: std::ops::Range<usize>| text.get(range).unwrap_or_default();
    [part(0..8), part(8..12), part(12..16), part(16..20), part(20..32)].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsString;

    fn facts() -> ProcessFacts {
        ProcessFacts {
            pid: 42,
            executable: Some("assistant".to_owned()),
            host: Some("box".to_owned()),
            instance: "an-instance".to_owned(),
        }
    }

    fn settings(variables: &[(&str, &str)]) -> ResourceSettings {
        let source = |name: &str| {
            let found = variables.iter().find(|(own, _)| *own == name)?;
            Some(OsString::from(found.1))
        };
        ResourceSettings::read(&mut Env::new(&source))
    }

    fn given(name: Option<&str>) -> GivenService {
        GivenService {
            name: name.map(str::to_owned),
            ..GivenService::default()
        }
    }

    #[test]
    fn the_name_comes_from_the_first_that_gives_one() {
        let attributes = ("OTEL_RESOURCE_ATTRIBUTES", "service.name=attribute");
        let own = ("OTEL_SERVICE_NAME", "variable");
        for (variables, name, expected) in [
            (&[attributes, own][..], Some("builder"), "builder"),
            (&[attributes, own], None, "variable"),
            (&[attributes], None, "attribute"),
            (&[], None, "unknown_service:assistant"),
        ] {
            let resource = settings(variables).build(&given(name), &facts());
            assert_eq!(resource.service_name(), expected);
        }
    }

    #[test]
    fn a_resource_says_who_and_where() {
        let service = GivenService {
            version: Some("1.2.3".to_owned()),
            attributes: vec![("team".into(), "blue".into())],
            ..given(Some("shop"))
        };
        let variables = [
            ("ENVIRONMENT", "staging"),
            (
                "OTEL_RESOURCE_ATTRIBUTES",
                "host.name=pod,team=red,telemetry.sdk.name=x",
            ),
        ];
        let resource = settings(&variables).build(&service, &facts());
        let text = |key: &str| {
            resource
                .get(key)
                .and_then(Value::as_str)
                .unwrap_or("-")
                .to_owned()
        };
        for (key, expected) in [
            ("service.name", "shop"),
            ("service.version", "1.2.3"),
            ("service.instance.id", "an-instance"),
            ("host.name", "pod"),
            ("team", "blue"),
            ("deployment.environment.name", "staging"),
            ("process.executable.name", "assistant"),
            ("telemetry.sdk.name", "spanwright"),
            ("telemetry.sdk.language", "rust"),
            ("telemetry.sdk.version", env!("CARGO_PKG_VERSION")),
        ] {
            assert_eq!(text(key), expected, "{key}");
        }
        assert_eq!(resource.get("process.pid"), Some(&Value::Int(42)));
        assert!(
            resource
                .attributes()
                .iter()
                .all(|(key, _)| !key.contains("command"))
        );
    }

    #[test]
    fn a_child_gets_its_own_identity_unless_it_was_given_one() {
        let inherited = settings(&[]).build(&given(None), &facts());
        let child = facts().for_child(&inherited);
        assert_ne!(child.get(INSTANCE), inherited.get(INSTANCE));
        assert_eq!(child.get(PID), Some(&Value::Int(std::process::id().into())));

        let fixed = settings(&[("OTEL_RESOURCE_ATTRIBUTES", "service.instance.id=mine")]);
        let inherited = fixed.build(&given(None), &facts());
        assert_eq!(facts().for_child(&inherited).get(INSTANCE), Some(&"mine".into()));
    }

    #[test]
    fn an_instance_is_a_version_4_uuid_of_its_own() {
        let (one, other) = (random_uuid(), random_uuid());
        assert_ne!(one, other);
        let parts: Vec<_> = one.split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12]);
        assert_eq!(one.as_bytes()[14], b'4');
        assert!(b"89ab".contains(&one.as_bytes()[19]));
    }

    #[test]
    fn the_process_is_found() {
        let found = ProcessFacts::detect();
        assert_eq!(found.pid, std::process::id());
        assert!(found.executable.is_some_and(|name| !name.contains('/')));
    }
}
