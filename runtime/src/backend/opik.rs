//! Opik: OTLP over HTTP with protobuf, the bare key as authorization. No gRPC; metrics are answered with 501.

use super::variables::Variables;
use super::{Backend, BackendError, below};
use crate::destination::{Otlp, Profile, Signals};

/// [Opik](https://www.comet.com/opik), in Comet's cloud or hosted by yourself.
///
/// From the environment: `OPIK_API_KEY`, or `OPIK_URL_OVERRIDE` for a server of your own; also `OPIK_WORKSPACE` and
/// `OPIK_PROJECT_NAME`.
///
/// ```
/// use spanwright::backend::Opik;
///
/// let cloud = Opik::new("key").workspace("team").project("checkout");
/// let own = Opik::self_hosted("http://localhost:5173/api");
/// # let _ = (cloud, own);
/// ```
#[derive(Clone)]
#[must_use = "give it to the builder's `destination`"]
pub struct Opik {
    api_key: Option<String>,
    endpoint: String,
    workspace: Option<String>,
    project: Option<String>,
}

super::with_variables!(Opik);

impl Opik {
    /// A key of Comet's cloud.
    pub fn new(api_key: impl Into<String>) -> Self {
        Self {
            api_key: Some(api_key.into()),
            ..Self::self_hosted("https://www.comet.com/opik/api")
        }
    }

    /// A server of your own, by the URL of its API: `http://localhost:5173/api`.
    pub fn self_hosted(endpoint: impl Into<String>) -> Self {
        Self {
            api_key: None,
            endpoint: endpoint.into(),
            workspace: None,
            project: None,
        }
    }

    /// The URL of the API.
    pub fn endpoint(mut self, endpoint: impl Into<String>) -> Self {
        self.endpoint = endpoint.into();
        self
    }

    /// The workspace; `default` unless set.
    pub fn workspace(mut self, name: impl Into<String>) -> Self {
        self.workspace = Some(name.into());
        self
    }

    /// The project; `Default Project` unless set.
    pub fn project(mut self, name: impl Into<String>) -> Self {
        self.project = Some(name.into());
        self
    }
}

impl Backend for Opik {
    const NAME: &'static str = "opik";
    const VARIABLES: &'static [&'static str] = &[
        "OPIK_API_KEY",
        "OPIK_URL_OVERRIDE",
        "OPIK_WORKSPACE",
        "OPIK_PROJECT_NAME",
    ];

    fn read(variables: &mut Variables<'_>) -> Result<Option<Self>, BackendError> {
        let api_key = variables.key("OPIK_API_KEY")?;
        let endpoint = variables.url("OPIK_URL_OVERRIDE")?;
        let workspace = variables.key("OPIK_WORKSPACE")?;
        let mut opik = match (&api_key, endpoint) {
            (_, Some(endpoint)) => Self::self_hosted(endpoint),
            (Some(api_key), None) => Self::new(api_key),
            (None, None) if workspace.is_none() => return Ok(None),
            (None, None) => {
                let hint = "set it, or OPIK_URL_OVERRIDE for a server of your own";
                return Err(variables.missing("OPIK_API_KEY", hint));
            }
        };
        opik.api_key = api_key;
        opik.workspace = workspace;
        opik.project = variables.key("OPIK_PROJECT_NAME")?;
        Ok(Some(opik))
    }

    fn into_otlp(self) -> Otlp {
        let otlp = Otlp::http(below(&self.endpoint, "/v1/private/otel"))
            .named(Self::NAME)
            .signals(Signals::TRACES)
            .profile(Profile::Opik);
        [
            // Without `Bearer`.
            ("authorization", self.api_key),
            ("comet-workspace", self.workspace),
            ("projectname", self.project),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .fold(otlp, |otlp, (name, value)| otlp.header(name, value))
    }
}
