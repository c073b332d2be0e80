//! Jaeger and Zipkin as the environment names them: settings in, destinations out.

use super::error::InitError;
use crate::config::{JaegerSettings, JaegerTarget, Problem, Settings, ZipkinSettings};
use crate::destination::{Destination, Jaeger, SettingsError, Zipkin};

/// Adds a Zipkin.
pub(super) fn add_zipkin(
    destinations: &mut Vec<Box<dyn Destination>>,
    settings: &Settings,
    errors: &mut Vec<InitError>,
) {
    add(destinations, errors, "zipkin", zipkin(&settings.zipkin).build());
}

/// Adds a Jaeger that its own variables name.
pub(super) fn add_jaeger(
    destinations: &mut Vec<Box<dyn Destination>>,
    settings: &JaegerSettings,
    errors: &mut Vec<InitError>,
) {
    add(destinations, errors, "jaeger", jaeger(settings).build());
}

fn add(
    destinations: &mut Vec<Box<dyn Destination>>,
    errors: &mut Vec<InitError>,
    name: &str,
    built: Result<Box<dyn Destination>, SettingsError>,
) {
    match built {
        Ok(destination) => destinations.push(destination),
        Err(error) => errors.push(InitError::Destination {
            name: name.into(),
            message: error.to_string(),
        }),
    }
}

fn zipkin(settings: &ZipkinSettings) -> Zipkin {
    let zipkin = Zipkin::new(settings.endpoint.as_str());
    match settings.timeout {
        Some(timeout) => zipkin.timeout(timeout),
        None => zipkin,
    }
}

fn jaeger(settings: &JaegerSettings) -> Jaeger {
    let mut jaeger = Jaeger::new();
    match &settings.target {
        JaegerTarget::Url(url) => jaeger = jaeger.endpoint(url.as_str()),
        #[cfg(feature = "jaeger-thrift")]
        JaegerTarget::Agent { host, port } => jaeger = jaeger.agent(host, *port),
        // Without the feature an agent was refused; what OTLP's variables say is not for this function.
        _ => {}
    }
    if let Some(login) = &settings.login {
        jaeger = jaeger.login(&login.user, &login.password);
    }
    match settings.timeout {
        Some(timeout) => jaeger.timeout(timeout),
        None => jaeger,
    }
}

fn unusable(problem: Problem) -> SettingsError {
    SettingsError::Variable {
        variable: problem.variable,
        problem: problem.message,
    }
}

impl Zipkin {
    /// What `OTEL_EXPORTER_ZIPKIN_ENDPOINT` and `OTEL_EXPORTER_ZIPKIN_TIMEOUT` say; without them, a Zipkin on this machine.
    ///
    /// # Errors
    /// A variable whose value cannot be used.
    pub fn from_env() -> Result<Self, SettingsError> {
        let settings = ZipkinSettings::from(&|name: &str| std::env::var_os(name));
        settings.map(|settings| zipkin(&settings)).map_err(unusable)
    }
}

impl Jaeger {
    /// What Jaeger's own variables say: `OTEL_EXPORTER_JAEGER_ENDPOINT` or `JAEGER_ENDPOINT`, else the agent's
    /// `OTEL_EXPORTER_JAEGER_AGENT_HOST` and `…_PORT` or `JAEGER_AGENT_HOST` and `…_PORT`; without them, OTLP to this
    /// machine. Users, passwords and the time-out are in `docs/environment.md`. OTLP's variables are not read here:
    /// [`init`](crate::init) obeys them.
    ///
    /// # Errors
    /// A variable whose value cannot be used, or that asks for what this build does not have.
    pub fn from_env() -> Result<Self, SettingsError> {
        let settings = JaegerSettings::from(&|name: &str| std::env::var_os(name));
        settings.map(|settings| jaeger(&settings)).map_err(unusable)
    }
}
