//! Small pictures of a number over time.

use maud::{Markup, html};

use crate::store::RedPoint;
use crate::web::format;

const WIDTH: usize = 4;
const HEIGHT: u64 = 24;

/// Numbers over time; `None` where there was nothing to count.
pub(super) struct Spark {
    values: Vec<Option<u64>>,
    most: u64,
}

impl Spark {
    /// A number of each point, at the place of its time.
    pub(super) fn new(moments: &[u64], points: &[RedPoint], number: impl Fn(&RedPoint) -> u64) -> Self {
        let mut values = vec![None; moments.len()];
        for point in points {
            if let Ok(place) = moments.binary_search(&point.time) {
                values[place] = Some(number(point));
            }
        }
        let most = values.iter().flatten().copied().max().unwrap_or(0);
        Self { values, most }
    }

    /// The largest of the numbers.
    pub(super) fn most(&self) -> u64 {
        self.most
    }

    /// A bar for each number, as high as it is beside the largest; never so low that it is not seen.
    pub(super) fn bars(&self, class: &str, about: &str) -> Markup {
        let width = self.values.len() * WIDTH;
        html! {
            svg.spark width="96" height=(HEIGHT) viewBox=(format!("0 0 {width} {HEIGHT}")) preserveAspectRatio="none" role="img" aria-label=(about) {
                title { (about) }
                line.grid x1="0" x2=(width) y1=(HEIGHT) y2=(HEIGHT) {}
                @for (at, value) in self.values.iter().enumerate() {
                    @if let Some(value) = value.filter(|value| *value > 0) {
                        (self.bar(class, at * WIDTH, value))
                    }
                }
            }
        }
    }

    fn bar(&self, class: &str, x: usize, value: u64) -> Markup {
        let height = (u128::from(value) * u128::from(HEIGHT) / u128::from(self.most.max(1))).max(2);
        let y = u128::from(HEIGHT) - height;
        html! { rect.(class) x=(x) y=(y) width=(WIDTH - 1) height=(height) {} }
    }
}

/// What a picture of counts says.
pub(super) fn at_most(what: &str, most: u64, step: u64) -> String {
    format!(
        "{what}: at most {} in {}",
        format::grouped(most),
        format::duration(step)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_stand_where_their_moments_are_and_are_as_high_as_they_should() {
        let point = |time, calls| RedPoint {
            time,
            calls,
            errors: 0,
            duration: 1,
        };
        let spark = Spark::new(&[10, 20, 30], &[point(10, 6), point(30, 12)], |point| point.calls);
        assert_eq!(spark.most(), 12);
        let drawn = spark.bars("s1", "Calls").into_string();
        assert!(drawn.contains(r#"x="0" y="12" width="3" height="12""#), "{drawn}");
        assert!(drawn.contains(r#"x="8" y="0" width="3" height="24""#), "{drawn}");
        assert_eq!(drawn.matches("<rect").count(), 2);
    }

    #[test]
    fn the_largest_numbers_are_drawn() {
        let point = RedPoint {
            time: 1,
            calls: u64::MAX,
            errors: 1,
            duration: u64::MAX,
        };
        let drawn = Spark::new(&[1], &[point], |point| point.duration)
            .bars("bad", "p95")
            .into_string();
        assert!(drawn.contains(r#"height="24""#), "{drawn}");
    }
}
