//! `JAEGER_*` and `OTEL_EXPORTER_JAEGER_*`: of all that name a Jaeger, the one place that spans go to.
//!
//! The order: OTLP's own variables, `OTEL_EXPORTER_JAEGER_ENDPOINT`, `JAEGER_ENDPOINT`, the agent's host and port, and, where
//! the exporter is named and no place is, OTLP to this machine. Every variable that is set is told what became of it.

use super::env::{Env, Problem, Source};
use super::otlp::{Endpoint, url};
use crate::destination::jaeger_route::Route;
use std::fmt;
use std::time::Duration;

/// Where spans for a Jaeger go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct JaegerSettings {
    pub(crate) target: JaegerTarget,
    pub(crate) login: Option<Login>,
    /// For one request; `None` is no limit.
    pub(crate) timeout: Option<Duration>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum JaegerTarget {
    /// Where OTLP's variables say that traces go.
    AsOtlp,
    /// A URL whose path or port says how.
    Url(Endpoint),
    Agent {
        host: String,
        port: u16,
    },
}

/// A user and a password. Shown as neither.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Login {
    pub(crate) user: String,
    pub(crate) password: String,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// Whether somebody asks for a Jaeger.
#[derive(Clone, Copy, Debug)]
pub(super) enum Asked<'a> {
    /// The exporter is named, and OTLP's variables say where to.
    AsOtlp(&'a str),
    /// The exporter is named.
    Named,
    /// The exporter is named by this variable, and so is OTLP.
    BesideOtlp(&'a str),
    /// No exporter is named, so a place alone asks for it.
    ByVariables,
    /// No, and why.
    No(&'a str),
}

/// What this program was built with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Built {
    pub(super) otlp: bool,
    pub(super) thrift: bool,
    pub(super) grpc: bool,
}

impl Built {
    pub(super) const HERE: Self = Self {
        otlp: cfg!(feature = "otlp"),
        thrift: cfg!(feature = "jaeger-thrift"),
        grpc: cfg!(feature = "grpc"),
    };
}

/// Of each pair, OpenTelemetry's name goes before Jaeger's own.
const ENDPOINT: [&str; 2] = ["OTEL_EXPORTER_JAEGER_ENDPOINT", "JAEGER_ENDPOINT"];
const HOST: [&str; 2] = ["OTEL_EXPORTER_JAEGER_AGENT_HOST", "JAEGER_AGENT_HOST"];
const PORT: [&str; 2] = ["OTEL_EXPORTER_JAEGER_AGENT_PORT", "JAEGER_AGENT_PORT"];
const USER: [&str; 2] = ["OTEL_EXPORTER_JAEGER_USER", "JAEGER_USER"];
const PASSWORD: [&str; 2] = ["OTEL_EXPORTER_JAEGER_PASSWORD", "JAEGER_PASSWORD"];
const TIMEOUT: &str = "OTEL_EXPORTER_JAEGER_TIMEOUT";

/// Where a Jaeger on this machine takes OTLP over HTTP.
const HERE: &str = "http://localhost:4318";
const AGENT_PORT: u16 = 6831;
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

const BY_OTLP: &str = "Jaeger takes OTLP: OTEL_EXPORTER_OTLP_ENDPOINT=http://<jaeger host>:4318";

/// The variables as they are set.
struct Given {
    /// Names and values, in the order in which they are taken.
    endpoints: Vec<(&'static str, String)>,
    hosts: Vec<(&'static str, String)>,
    ports: Vec<(&'static str, String)>,
}

impl Given {
    fn read(env: &mut Env<'_>) -> Self {
        let mut all = |names: [&'static str; 2]| -> Vec<_> {
            let value = |name| env.text(name).map(|value| (name, value));
            names.into_iter().filter_map(value).collect()
        };
        let (endpoints, hosts, mut ports) = (all(ENDPOINT), all(HOST), all(PORT));
        ports.retain(|(name, value)| {
            // Kubernetes sets it where a service is called `jaeger-agent`.
            let is_link = value.contains("://");
            if is_link {
                env.note(
                    name,
                    "is Kubernetes' link to a service and no port; it is ignored",
                );
            }
            !is_link
        });
        Self {
            endpoints,
            hosts,
            ports,
        }
    }

    fn names(&self) -> impl Iterator<Item = &'static str> {
        let all = self.endpoints.iter().chain(&self.hosts).chain(&self.ports);
        all.map(|(name, _)| *name)
    }

    /// Says of all but those that are taken that they do nothing.
    fn leave(&self, env: &mut Env<'_>, taken: &[&str], why: &str) {
        for name in self.names().filter(|name| !taken.contains(name)) {
            env.note(name, format!("has no effect{why}"));
        }
    }
}

pub(super) fn read(env: &mut Env<'_>, asked: Asked<'_>, built: Built) -> Option<JaegerSettings> {
    let given = Given::read(env);
    let login = login(env);
    let timeout = env.timeout(TIMEOUT, DEFAULT_TIMEOUT);
    let any = given.names().next().is_some();
    let target = match asked {
        Asked::No(why) => {
            given.leave(env, &[], &format!(": {why}"));
            leave_login(env, &format!(": {why}"));
            return None;
        }
        Asked::AsOtlp(variable) => {
            let why = format!(" beside {variable}, by which Jaeger is sent OTLP");
            given.leave(env, &[], &why);
            leave_login(env, &why);
            JaegerTarget::AsOtlp
        }
        Asked::BesideOtlp(variable) if !any => {
            env.note(
                variable,
                "`jaeger` has no effect beside `otlp`: no variable says where it is",
            );
            return None;
        }
        Asked::ByVariables if !any => return None,
        Asked::Named | Asked::BesideOtlp(_) | Asked::ByVariables => match target(env, &given) {
            Some((variable, target)) => usable(env, variable, target, built)?,
            None if matches!(asked, Asked::Named) => JaegerTarget::Url(Endpoint::new(HERE.into())),
            None => return None,
        },
    };
    Some(JaegerSettings {
        target,
        login,
        timeout,
    })
}

/// The first place that can be used, and the variable that names it.
fn target(env: &mut Env<'_>, given: &Given) -> Option<(&'static str, JaegerTarget)> {
    for (name, text) in &given.endpoints {
        match url(text, false, false) {
            Ok(url) => {
                given.leave(env, &[name], &format!(" beside {name}"));
                return Some((name, JaegerTarget::Url(Endpoint::new(url))));
            }
            Err(reason) => env.refuse(name, format!("{reason}; it is ignored")),
        }
    }
    let (variable, host) = match given.hosts.first() {
        Some((name, host)) => (*name, host.as_str()),
        None => (given.ports.first()?.0, "localhost"),
    };
    let mut taken = vec![variable];
    let mut port = None;
    for (name, text) in &given.ports {
        match text.parse::<u16>() {
            Ok(number) if number > 0 => {
                taken.push(name);
                port = Some((*name, number));
                break;
            }
            _ => {
                taken.push(name);
                env.refuse(name, format!("is not a port; {AGENT_PORT} is used"));
            }
        }
    }
    let bad: Vec<_> = given.endpoints.iter().map(|(name, _)| *name).collect();
    taken.extend(bad);
    given.leave(env, &taken, &format!(" beside {variable}"));
    Some(agent(env, variable, host, port))
}

/// An agent, unless the port is one that something else of Jaeger's listens on.
fn agent(
    env: &mut Env<'_>,
    variable: &'static str,
    host: &str,
    port: Option<(&'static str, u16)>,
) -> (&'static str, JaegerTarget) {
    let (named_by, number) = port.unwrap_or((variable, AGENT_PORT));
    let authority = if host.contains(':') && !host.starts_with('[') {
        format!("[{host}]:{number}")
    } else {
        format!("{host}:{number}")
    };
    let (what, path) = match Route::of_port(number) {
        Some(Route::ThriftHttp) => ("the collector's, for Thrift over HTTP", "/api/traces"),
        Some(Route::OtlpHttp) => ("that of OTLP over HTTP", ""),
        Some(Route::OtlpGrpc) => ("that of OTLP over gRPC", ""),
        Some(Route::ModelGrpc) => ("that of Jaeger's own gRPC", ""),
        None => {
            let host = host.to_owned();
            return (variable, JaegerTarget::Agent { host, port: number });
        }
    };
    match url(&format!("http://{authority}{path}"), false, false) {
        Ok(url) => {
            env.note(
                named_by,
                format!("{number} is no agent's port but {what}, and is read as that"),
            );
            (named_by, JaegerTarget::Url(Endpoint::new(url)))
        }
        // Found to be no host where it is looked up.
        Err(_) => {
            let host = host.to_owned();
            (variable, JaegerTarget::Agent { host, port: number })
        }
    }
}

/// The place, if this program can send there; says what is sent, or what would have to be done.
fn usable(env: &mut Env<'_>, variable: &str, target: JaegerTarget, built: Built) -> Option<JaegerTarget> {
    let (sent, lacking) = match &target {
        JaegerTarget::AsOtlp => ("OTLP", None),
        JaegerTarget::Agent { .. } => (
            "Jaeger's Thrift over UDP",
            (!built.thrift).then_some("jaeger-thrift"),
        ),
        JaegerTarget::Url(url) => match Route::of_url(url.as_str()) {
            Some(Route::ThriftHttp) => (
                "Jaeger's Thrift over HTTP",
                (!built.thrift).then_some("jaeger-thrift"),
            ),
            Some(Route::OtlpGrpc) => ("OTLP over gRPC", (!built.grpc).then_some("grpc")),
            Some(Route::ModelGrpc) => {
                let message = format!(
                    "port 14250 takes Jaeger's own gRPC, which is not supported, so nothing is sent there; {BY_OTLP}"
                );
                env.refuse(variable, message);
                return None;
            }
            Some(Route::OtlpHttp) | None => ("OTLP over HTTP", None),
        },
    };
    let lacking = lacking.or((!built.otlp).then_some("otlp"));
    match lacking {
        Some(feature) => {
            let message = format!(
                "asks for {sent}, and this program was built without spanwright's feature `{feature}`, so nothing is \
                 sent there; add the feature, or send OTLP over HTTP: {BY_OTLP}"
            );
            env.refuse(variable, message);
            None
        }
        None => {
            env.note(variable, format!("is taken: spans go there by {sent}"));
            Some(target)
        }
    }
}

fn login(env: &mut Env<'_>) -> Option<Login> {
    let mut first = |names: [&'static str; 2]| {
        let [standard, own] = names.map(|name| env.text(name));
        if standard.is_some() && own.is_some() {
            env.note(names[1], format!("has no effect beside {}", names[0]));
        }
        let value = standard.map(|value| (names[0], value));
        value.or_else(|| own.map(|value| (names[1], value)))
    };
    match (first(USER), first(PASSWORD)) {
        (Some((_, user)), Some((_, password))) => Some(Login { user, password }),
        (None, None) => None,
        (Some((name, _)), None) => {
            env.refuse(name, format!("has no effect without {}", PASSWORD[0]));
            None
        }
        (None, Some((name, _))) => {
            env.refuse(name, format!("has no effect without {}", USER[0]));
            None
        }
    }
}

/// The same of a user and a password.
fn leave_login(env: &mut Env<'_>, why: &str) {
    for name in [USER, PASSWORD].concat() {
        if env.is_set(name) {
            env.note(name, format!("has no effect{why}"));
        }
    }
}

impl JaegerSettings {
    /// What these variables say where a program asks for a Jaeger itself; the first that cannot be used.
    pub(crate) fn from(source: &Source<'_>) -> Result<Self, Problem> {
        let mut env = Env::new(source);
        let settings = read(&mut env, Asked::Named, Built::HERE);
        let bad = env.into_problems().into_iter().find(|problem| problem.is_error);
        match (settings, bad) {
            (Some(settings), None) => Ok(settings),
            (_, Some(problem)) => Err(problem),
            // A Jaeger that is asked for is found, or the reason is told.
            (None, None) => Ok(Self {
                target: JaegerTarget::Url(Endpoint::new(HERE.into())),
                login: None,
                timeout: Some(DEFAULT_TIMEOUT),
            }),
        }
    }
}
