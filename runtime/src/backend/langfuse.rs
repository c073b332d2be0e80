//! Langfuse: OTLP over HTTP with protobuf, `Basic` authorization. No gRPC, no logs, no metrics.

use super::variables::Variables;
use super::{Backend, BackendError, basic, below};
use crate::destination::{Compression, Otlp, Profile, Signals};

/// [Langfuse](https://langfuse.com), in its cloud or hosted by yourself (3.22 or later).
///
/// From the environment: `LANGFUSE_PUBLIC_KEY` and `LANGFUSE_SECRET_KEY`; also `LANGFUSE_BASE_URL` (before it,
/// `LANGFUSE_HOST`), `LANGFUSE_TRACING_ENVIRONMENT`, `LANGFUSE_RELEASE`, `LANGFUSE_OTEL_TRACES_EXPORT_PATH`, and
/// `LANGFUSE_TRACING_ENABLED=false` to switch it off.
///
/// ```
/// use spanwright::backend::Langfuse;
///
/// let langfuse = Langfuse::new("pk-lf-…", "sk-lf-…").endpoint("https://us.cloud.langfuse.com");
/// # let _ = langfuse;
/// ```
#[derive(Clone)]
#[must_use = "give it to the builder's `destination`"]
pub struct Langfuse {
    public_key: String,
    secret_key: String,
    endpoint: String,
    path: String,
    environment: Option<String>,
    release: Option<String>,
}

super::with_variables!(Langfuse);

impl Langfuse {
    /// A project's two keys; the European cloud.
    pub fn new(public_key: impl Into<String>, secret_key: impl Into<String>) -> Self {
        Self {
            public_key: public_key.into(),
            secret_key: secret_key.into(),
            endpoint: "https://cloud.langfuse.com".to_owned(),
            path: "/api/public/otel/v1/traces".to_owned(),
            environment: None,
            release: None,
        }
    }

    /// Another cloud, or a server of your own: `https://us.cloud.langfuse.com`, `http://localhost:3000`.
    pub fn endpoint(mut self, endpoint: impl Into<String>) -> Self {
        self.endpoint = endpoint.into();
        self
    }

    /// The environment of its filter; unless set, the resource's `deployment.environment.name`.
    pub fn environment(mut self, environment: impl Into<String>) -> Self {
        self.environment = Some(environment.into());
        self
    }

    /// The release; unless set, none.
    pub fn release(mut self, release: impl Into<String>) -> Self {
        self.release = Some(release.into());
        self
    }
}

impl Backend for Langfuse {
    const NAME: &'static str = "langfuse";
    const VARIABLES: &'static [&'static str] = &[
        "LANGFUSE_PUBLIC_KEY",
        "LANGFUSE_SECRET_KEY",
        "LANGFUSE_BASE_URL",
        "LANGFUSE_HOST",
        "LANGFUSE_TRACING_ENVIRONMENT",
        "LANGFUSE_RELEASE",
        "LANGFUSE_OTEL_TRACES_EXPORT_PATH",
        "LANGFUSE_TRACING_ENABLED",
        "LANGFUSE_SAMPLE_RATE",
    ];

    fn read(variables: &mut Variables<'_>) -> Result<Option<Self>, BackendError> {
        const BOTH: &str = "a project's settings show both keys";
        let public_key = variables.key("LANGFUSE_PUBLIC_KEY")?;
        let secret_key = variables.key("LANGFUSE_SECRET_KEY")?;
        let host = variables.url("LANGFUSE_BASE_URL")?;
        let host = host.map_or_else(|| variables.url("LANGFUSE_HOST"), |host| Ok(Some(host)))?;
        if variables.boolean("LANGFUSE_TRACING_ENABLED")? == Some(false)
            || (public_key.is_none() && secret_key.is_none() && host.is_none())
        {
            return Ok(None);
        }
        let public_key = public_key.ok_or_else(|| variables.missing("LANGFUSE_PUBLIC_KEY", BOTH))?;
        let secret_key = secret_key.ok_or_else(|| variables.missing("LANGFUSE_SECRET_KEY", BOTH))?;
        if variables.text("LANGFUSE_SAMPLE_RATE")?.is_some() {
            variables.note(
                "LANGFUSE_SAMPLE_RATE",
                "has no effect; set OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG",
            );
        }
        let mut langfuse = Self::new(public_key, secret_key);
        langfuse.environment = variables.text("LANGFUSE_TRACING_ENVIRONMENT")?;
        langfuse.release = variables.text("LANGFUSE_RELEASE")?;
        if let Some(host) = host {
            langfuse.endpoint = host;
        }
        if let Some(path) = variables.text("LANGFUSE_OTEL_TRACES_EXPORT_PATH")? {
            langfuse.path = format!("/{}", path.trim_start_matches('/'));
        }
        Ok(Some(langfuse))
    }

    fn into_otlp(self) -> Otlp {
        let mut otlp = Otlp::http(&*self.endpoint)
            .named(Self::NAME)
            .traces_endpoint(below(&self.endpoint, &self.path))
            .header("authorization", basic(&self.public_key, &self.secret_key))
            // Above 4 it answers 400; below, it writes twice.
            .header("x-langfuse-ingestion-version", "4")
            .compression(Compression::Gzip)
            .signals(Signals::TRACES)
            .profile(Profile::Langfuse);
        if let Some(environment) = self.environment {
            otlp = otlp.stamp("langfuse.environment", environment);
        }
        if let Some(release) = self.release {
            otlp = otlp.stamp("langfuse.release", release);
        }
        otlp
    }
}
