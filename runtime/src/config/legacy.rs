//! Variables of older systems: read, and named with what took their place.

use super::env::Env;
use super::pairs::Headers;

/// `OTEL_ENABLED`: on only for "true".
pub(super) fn enabled(env: &mut Env<'_>) -> Option<bool> {
    const NAME: &str = "OTEL_ENABLED";
    let enabled = env.boolean(NAME)?;
    env.note(
        NAME,
        "read as the opposite of OTEL_SDK_DISABLED, which is its name now",
    );
    Some(enabled)
}

/// `OTLP_API_KEY` as a bearer token, else `OTLP_AUTH_HEADER` as `Name: value`; a header given by
/// OpenTelemetry's variables wins.
pub(super) fn authorization(env: &mut Env<'_>, headers: &mut Headers) {
    const KEY: &str = "OTLP_API_KEY";
    const HEADER: &str = "OTLP_AUTH_HEADER";
    let (variable, name, value) = if let Some(key) = env.text(KEY) {
        if env.is_set(HEADER) {
            env.note(HEADER, "has no effect beside OTLP_API_KEY");
        }
        (KEY, "authorization".to_owned(), format!("Bearer {key}"))
    } else if let Some(text) = env.text(HEADER) {
        let Some((name, value)) = text.split_once(':') else {
            env.refuse(
                HEADER,
                "there is no `:` between name and value; no header is sent for it",
            );
            return;
        };
        (HEADER, name.trim().to_owned(), value.trim().to_owned())
    } else {
        return;
    };
    if headers.contains(&name) {
        env.note(
            variable,
            "has no effect: OTEL_EXPORTER_OTLP_HEADERS gives the same header",
        );
        return;
    }
    match headers.set(&name, value) {
        Ok(()) => env.note(
            variable,
            "read as OTEL_EXPORTER_OTLP_HEADERS, which is its name now",
        ),
        Err(reason) => env.refuse(variable, format!("{reason}; no header is sent for it")),
    }
}

/// `ENVIRONMENT`, which becomes `deployment.environment.name`.
pub(super) fn environment(env: &mut Env<'_>) -> Option<String> {
    const NAME: &str = "ENVIRONMENT";
    let value = env.text(NAME)?;
    env.note(
        NAME,
        "read as deployment.environment.name; OTEL_RESOURCE_ATTRIBUTES is the place for it now",
    );
    Some(value)
}

/// Variables that are known and do nothing here, with what to do instead.
pub(super) const WITHOUT_EFFECT: &[(&str, &str)] = &[
    ("OTEL_CONFIG_FILE", CONFIG),
    ("OTEL_EXPERIMENTAL_CONFIG_FILE", CONFIG),
    ("OTEL_ENTITIES", "is not supported; set OTEL_RESOURCE_ATTRIBUTES"),
    (
        "OTEL_METRICS_EXEMPLAR_FILTER",
        "is not supported: metrics carry no exemplars",
    ),
];

const CONFIG: &str = "configuration files are not supported; the other variables are read as usual";

/// Says so where a variable is set that does nothing.
pub(super) fn without_effect(env: &mut Env<'_>) {
    for (name, message) in WITHOUT_EFFECT {
        if env.is_set(name) {
            env.refuse(name, *message);
        }
    }
}
