//! What options take, and what is said to those that do not fit.

use std::ffi::OsStr;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;

use clap::{Command, CommandFactory, FromArgMatches};

use super::Failure;
use super::arguments::Arguments;

impl Arguments {
    /// Those of this process. What is wrong with them is said, and ends it. A variable of the environment that is empty
    /// counts as one that is not there.
    #[must_use]
    pub fn read() -> Self {
        let matches = without_empty(Self::command()).get_matches();
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }
}

fn without_empty(command: Command) -> Command {
    let is_empty = |name: &OsStr| std::env::var_os(name).is_some_and(|value| value.is_empty());
    command
        .mut_args(|argument| match argument.get_env() {
            Some(name) if is_empty(name) => argument.env(None::<&'static str>),
            _ => argument,
        })
        .mut_subcommands(without_empty)
}

/// An address to listen at.
pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    let local = || {
        let port = text.strip_prefix("localhost:")?.parse().ok()?;
        Some(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port))
    };
    text.parse().ok().or_else(local).ok_or_else(|| {
        "an IP address, or localhost, with a port is expected, such as 127.0.0.1:4318 or localhost:4318"
            .to_owned()
    })
}

pub(super) fn hours(text: &str) -> Result<u32, String> {
    let hours = text.parse().ok().filter(|hours| *hours > 0);
    hours.ok_or_else(|| "a whole number of hours is expected, at least 1, such as 24".to_owned())
}

pub(super) fn mebibytes(text: &str) -> Result<u64, String> {
    let size = text
        .parse()
        .ok()
        .filter(|size| (1..=u64::MAX >> 20).contains(size));
    size.ok_or_else(|| "a whole number of mebibytes is expected, at least 1, such as 10240".to_owned())
}

/// A host's name or address, as it stands in a browser's address before the port.
pub(super) fn host(text: &str) -> Result<String, String> {
    let name = text.strip_suffix('.').unwrap_or(text);
    let named = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    let v6 = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'))
        .is_some_and(|name| matches!(name.parse(), Ok(IpAddr::V6(_))));
    if named || v6 {
        return Ok(name.to_owned());
    }
    Err(
        "the name of a host is expected, without http:// and without a port, such as traces.example or [fe80::1]"
            .to_owned(),
    )
}

/// What a browser sends as `Origin`; with `*` for labels of the host or for the port.
pub(super) fn origin(text: &str) -> Result<String, String> {
    let whole = text.split_once("://").is_some_and(|(scheme, host)| {
        let of_scheme = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        let of_host = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'/' | b'?' | b'#' | b'@' | b',');
        !scheme.is_empty() && scheme.bytes().all(of_scheme) && !host.is_empty() && host.bytes().all(of_host)
    });
    if text.matches('*').count() > 1 {
        return Err(
            "one * is all that an origin may have: for labels of the host, or for the port".to_owned(),
        );
    }
    if whole || text == "*" || text == "null" {
        return Ok(text.to_owned());
    }
    Err(
        "an origin is expected, with its scheme and without a path, such as https://shop.example, \
         https://*.shop.example or http://localhost:*; * is every page"
            .to_owned(),
    )
}

/// Whether what expires can be written to `archive`, when the data is in `data`.
pub(super) fn archive(archive: &Path, data: &Path) -> Result<(), Failure> {
    let shown = archive.display();
    if archive.exists() && !archive.is_dir() {
        return Err(format!(
            "--archive {shown}: it is a file, and no folder: name a folder, such as --archive /var/lib/spanwright-archive"
        )
        .into());
    }
    let whole = |path: &Path| path.canonicalize().or_else(|_| std::path::absolute(path)).ok();
    if archive == data || whole(archive).is_some_and(|archive| whole(data) == Some(archive)) {
        return Err(format!(
            "--archive {shown}: it is the folder of --data-dir: name another one, such as --archive {}",
            archive.join("archive").display()
        )
        .into());
    }
    Ok(())
}
