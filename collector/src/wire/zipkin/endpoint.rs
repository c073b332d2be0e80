//! Where a span was made, and whom it spoke to.

use serde::Deserialize;

use super::parts::{int_attribute, text_attribute};
use crate::wire::{NoRoom, Writer};

/// Zipkin's `Endpoint`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Endpoint {
    pub(super) service_name: Option<String>,
    ipv4: Option<String>,
    ipv6: Option<String>,
    port: Option<u16>,
}

impl Endpoint {
    /// Writes address and port as attributes of a span, under these keys.
    pub(super) fn write(&self, writer: &mut Writer<'_>, address: &str, port: &str) -> Result<(), NoRoom> {
        let ips = [&self.ipv4, &self.ipv6];
        if let Some(ip) = ips.into_iter().flatten().find(|ip| !ip.is_empty()) {
            text_attribute(writer, 9, address, ip)?;
        }
        match self.port {
            Some(number) if number != 0 => int_attribute(writer, 9, port, number.into()),
            _ => Ok(()),
        }
    }
}
