//! The resource: service, deployment, host, process, SDK (core v1.45).

/// The service.
pub const SERVICE_NAME: &str = "service.name";
/// Its version.
pub const SERVICE_VERSION: &str = "service.version";
/// What the service belongs to.
pub const SERVICE_NAMESPACE: &str = "service.namespace";
/// One instance of the service.
pub const SERVICE_INSTANCE_ID: &str = "service.instance.id";
/// `production`, `staging`, …
pub const DEPLOYMENT_ENVIRONMENT_NAME: &str = "deployment.environment.name";
/// The host.
pub const HOST_NAME: &str = "host.name";
/// Its processor architecture.
pub const HOST_ARCH: &str = "host.arch";
/// The operating system.
pub const OS_TYPE: &str = "os.type";
/// The process id; integer.
pub const PROCESS_PID: &str = "process.pid";
/// The program's file name.
pub const PROCESS_EXECUTABLE_NAME: &str = "process.executable.name";
/// The program's path.
pub const PROCESS_EXECUTABLE_PATH: &str = "process.executable.path";
/// The language runtime.
pub const PROCESS_RUNTIME_NAME: &str = "process.runtime.name";
/// Its version.
pub const PROCESS_RUNTIME_VERSION: &str = "process.runtime.version";
/// Who recorded the telemetry.
pub const TELEMETRY_SDK_NAME: &str = "telemetry.sdk.name";
/// `rust`.
pub const TELEMETRY_SDK_LANGUAGE: &str = "telemetry.sdk.language";
/// The recorder's version.
pub const TELEMETRY_SDK_VERSION: &str = "telemetry.sdk.version";
