//! What many areas share: code, network, server, client, URL, user agent, session (core v1.45).

/// The function with its module path.
pub const CODE_FUNCTION_NAME: &str = "code.function.name";
/// The source file.
pub const CODE_FILE_PATH: &str = "code.file.path";
/// The line in it.
pub const CODE_LINE_NUMBER: &str = "code.line.number";
/// The thread's number.
pub const THREAD_ID: &str = "thread.id";
/// The thread's name.
pub const THREAD_NAME: &str = "thread.name";
/// The server's host name or address.
pub const SERVER_ADDRESS: &str = "server.address";
/// The server's port; integer.
pub const SERVER_PORT: &str = "server.port";
/// The client's address.
pub const CLIENT_ADDRESS: &str = "client.address";
/// The client's port; integer.
pub const CLIENT_PORT: &str = "client.port";
/// The peer's address on the wire.
pub const NETWORK_PEER_ADDRESS: &str = "network.peer.address";
/// The peer's port on the wire; integer.
pub const NETWORK_PEER_PORT: &str = "network.peer.port";
/// The application protocol, lower case.
pub const NETWORK_PROTOCOL_NAME: &str = "network.protocol.name";
/// Its version.
pub const NETWORK_PROTOCOL_VERSION: &str = "network.protocol.version";
/// `tcp`, `udp`, `pipe`, `quic` or `unix`.
pub const NETWORK_TRANSPORT: &str = "network.transport";
/// The absolute URL, credentials removed.
pub const URL_FULL: &str = "url.full";
/// The path.
pub const URL_PATH: &str = "url.path";
/// The query.
pub const URL_QUERY: &str = "url.query";
/// The scheme.
pub const URL_SCHEME: &str = "url.scheme";
/// The path as a template (Development).
pub const URL_TEMPLATE: &str = "url.template";
/// The `User-Agent` header.
pub const USER_AGENT_ORIGINAL: &str = "user_agent.original";
/// The user's session.
pub const SESSION_ID: &str = "session.id";
/// The user.
pub const USER_ID: &str = "user.id";
