//! Which sites record, in the words of `tracing`'s filters: `app::db=off,hyper=off,info`.

use super::Level;
use std::str::FromStr;

/// Levels by target; the longest matching target wins.
///
/// ```
/// let filter: spanwright::Filter = "app::db=off,app=debug,info".parse().unwrap();
/// assert!("app=verbose".parse::<spanwright::Filter>().is_err());
/// # let _ = filter;
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Longest target first; the empty target is the default. `None` is off.
    rules: Vec<(String, Option<Level>)>,
}

/// A directive that is no filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterError {
    directive: String,
}

impl std::fmt::Display for FilterError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "`{}` is not a filter directive; write `target=level`, `target` or `level`, with the levels off, error, warn, info, debug and trace",
            self.directive
        )
    }
}

impl std::error::Error for FilterError {}

fn level(text: &str) -> Option<Option<Level>> {
    Some(match text.to_ascii_lowercase().as_str() {
        "off" => None,
        "error" => Some(Level::Error),
        "warn" => Some(Level::Warn),
        "info" => Some(Level::Info),
        "debug" => Some(Level::Debug),
        "trace" | "on" => Some(Level::Trace),
        _ => return None,
    })
}

impl FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        let mut rules = Vec::new();
        for directive in text
            .split(',')
            .map(str::trim)
            .filter(|directive| !directive.is_empty())
        {
            let error = || FilterError {
                directive: directive.chars().take(80).collect(),
            };
            let rule = match directive.split_once('=') {
                Some((target, name)) => (target.trim().to_owned(), level(name.trim()).ok_or_else(error)?),
                None => match level(directive) {
                    Some(level) => (String::new(), level),
                    None if directive.contains(char::is_whitespace) => return Err(error()),
                    None => (directive.to_owned(), Some(Level::Trace)),
                },
            };
            rules.retain(|(target, _)| *target != rule.0);
            rules.push(rule);
        }
        rules.sort_by_key(|(target, _)| std::cmp::Reverse(target.len()));
        Ok(Self { rules })
    }
}

impl Filter {
    /// Whether a span of this target and level is recorded. Without a rule for it, it is.
    pub fn allows(&self, target: &str, level: Level) -> bool {
        self.rules
            .iter()
            .find(|(prefix, _)| {
                target
                    .strip_prefix(prefix.as_str())
                    .is_some_and(|rest| prefix.is_empty() || rest.is_empty() || rest.starts_with("::"))
            })
            .is_none_or(|(_, least)| least.is_some_and(|least| level >= least))
    }
}

/// The directives, longest target first.
impl std::fmt::Display for Filter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, (target, level)) in self.rules.iter().enumerate() {
            let level = level.map_or_else(|| "off".to_owned(), |level| format!("{level:?}").to_lowercase());
            let comma = if at == 0 { "" } else { "," };
            match target.is_empty() {
                true => write!(f, "{comma}{level}")?,
                false => write!(f, "{comma}{target}={level}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_target_wins() {
        let filter: Filter = "app::db=off, app=debug,warn".parse().unwrap();
        assert!(!filter.allows("app::db", Level::Error));
        assert!(!filter.allows("app::db::pool", Level::Error));
        assert!(filter.allows("app::dbx", Level::Debug));
        assert!(!filter.allows("app", Level::Trace));
        assert!(!filter.allows("other", Level::Info));
        assert!(filter.allows("other", Level::Warn));
        assert_eq!(filter.to_string(), "app::db=off,app=debug,warn");
    }

    #[test]
    fn nothing_said_means_everything() {
        assert!(Filter::default().allows("app", Level::Trace));
        assert!("".parse::<Filter>().unwrap().allows("app", Level::Trace));
    }

    #[test]
    fn a_wrong_level_is_named() {
        let error = "app=verbose".parse::<Filter>().unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("`app=verbose` is not a filter directive")
        );
    }
}
