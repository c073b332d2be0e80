//! One annotated place in the source.

use crate::record::Kind;

/// One annotated place in the source: what is known of it at compile time, and a runtime switch.
#[derive(Debug)]
pub struct Site {
    name: &'static str,
    target: &'static str,
    file: &'static str,
    line: u32,
    kind: Kind,
}

impl Site {
    /// The span's name.
    pub const fn name(&self) -> &'static str {
        self.name
    }
    /// The module path, or what `target` says.
    pub const fn target(&self) -> &'static str {
        self.target
    }
    /// The source file.
    pub const fn file(&self) -> &'static str {
        self.file
    }
    /// The line in it.
    pub const fn line(&self) -> u32 {
        self.line
    }
    /// The span's kind.
    pub const fn kind(&self) -> Kind {
        self.kind
    }
}
