//! A colour for each service: the same on every page, and another for each where there are few.

use std::collections::BTreeMap;

/// As many as the style has.
const COLORS: usize = 12;

/// The colours of services that are shown together.
pub(super) struct Palette<'a>(BTreeMap<&'a str, usize>);

impl<'a> Palette<'a> {
    pub(super) fn new(services: impl IntoIterator<Item = &'a str>) -> Self {
        let mut colors: BTreeMap<&str, usize> = services.into_iter().map(|name| (name, 0)).collect();
        let mut taken = [0usize; COLORS];
        for (name, color) in &mut colors {
            *color = apart(own(name), &taken);
            taken[*color] += 1;
        }
        Self(colors)
    }

    /// The number of a service's colour.
    pub(super) fn color(&self, service: &str) -> usize {
        self.0.get(service).copied().unwrap_or_else(|| own(service))
    }

    /// The style's class of a service's colour.
    pub(super) fn class(&self, service: &str) -> String {
        format!("s{}", self.color(service))
    }

    /// The services, sorted, with their colours.
    pub(super) fn services(&self) -> impl Iterator<Item = (&'a str, usize)> {
        self.0.iter().map(|(name, color)| (*name, *color))
    }
}

/// The service's own colour where those beside it are free, too; else, of those that fewest have, the one furthest
/// from what is taken.
fn apart(own: usize, taken: &[usize; COLORS]) -> usize {
    let is_free = |color: usize| taken[color % COLORS] == 0;
    if is_free(own) && is_free(own + 1) && is_free(own + COLORS - 1) {
        return own;
    }
    let distance = |a: usize, b: usize| a.abs_diff(b).min(COLORS - a.abs_diff(b));
    let room = |color: usize| {
        let others = (0..COLORS).filter(|other| taken[*other] > 0);
        others.map(|other| distance(color, other)).min().unwrap_or(COLORS)
    };
    let rank = |color: &usize| (taken[*color], COLORS - room(*color), distance(*color, own));
    (0..COLORS).min_by_key(rank).unwrap_or(own)
}

/// The colour of a service that is shown alone.
pub(super) fn own(service: &str) -> usize {
    crc32fast::hash(service.as_bytes()) as usize % COLORS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_services_have_twelve_colours() {
        let names: Vec<String> = (0..12).map(|number| format!("service-{number}")).collect();
        let palette = Palette::new(names.iter().map(String::as_str));
        let mut colors: Vec<usize> = palette.services().map(|(_, color)| color).collect();
        colors.sort_unstable();
        assert_eq!(colors, (0..12).collect::<Vec<_>>());
        assert_eq!(Palette::new(["shop"]).color("shop"), own("shop"));
    }

    #[test]
    fn few_services_have_colours_that_are_told_apart() {
        for number in 0..200 {
            let names: Vec<String> = (0..4).map(|other| format!("{number}-{other}")).collect();
            let palette = Palette::new(names.iter().map(String::as_str));
            let mut colors: Vec<usize> = palette.services().map(|(_, color)| color).collect();
            colors.sort_unstable();
            colors.push(colors[0] + COLORS);
            assert!(colors.windows(2).all(|pair| pair[1] - pair[0] > 1), "{colors:?}");
        }
    }
}
