//! Curves, on axes of which each step multiplies.

use plotters::element::Circle;
use plotters::style::Color as _;
use plotters::style::text_anchor::HPos;

use super::svg::{self, Area, COLOURS, DRAWS, FAINT, INK, WIDTH};

pub(super) struct Curves {
    pub(super) title: String,
    /// The units of the axes.
    pub(super) across: &'static str,
    pub(super) up: &'static str,
    /// A name, and its points. All numbers are above nothing.
    pub(super) series: Vec<(String, Vec<(f64, f64)>)>,
}

const HEIGHT: i32 = 440;
const LEFT: i32 = 72;
const RIGHT: i32 = WIDTH - 40;
const TOP: i32 = 96;
const BOTTOM: i32 = HEIGHT - 44;

impl Curves {
    pub(super) fn draw(&self) -> String {
        svg::picture(HEIGHT, &self.title, &self.description(), |area| {
            svg::legend(area, self.series.iter().map(|(name, _)| name), 52);
            let points = self.series.iter().flat_map(|(_, points)| points);
            let across = Axis::of(points.clone().map(|(x, _)| *x), (LEFT, RIGHT));
            let up = Axis::of(points.map(|(_, y)| *y), (BOTTOM, TOP));
            self.grid(area, &across, &up);
            for ((_, points), colour) in self.series.iter().zip(COLOURS.iter().cycle()) {
                let places: Vec<_> = points
                    .iter()
                    .map(|(x, y)| (across.at(*x), up.at(*y)))
                    .collect();
                for pair in places.windows(2) {
                    if let [from, to] = pair {
                        svg::line(area, *from, *to, *colour, 2);
                    }
                }
                for place in places {
                    let dot = Circle::new(place, 3, colour.filled());
                    area.draw(&dot).expect(DRAWS);
                }
            }
        })
    }

    fn grid(&self, area: &Area<'_>, across: &Axis, up: &Axis) {
        for tick in across.ticks() {
            let x = across.at(tick);
            svg::line(area, (x, TOP), (x, BOTTOM), FAINT, 1);
            let label = self.across_label(tick);
            svg::write(area, &label, (x, BOTTOM + 20), 12.0, HPos::Center);
        }
        for tick in up.ticks() {
            let y = up.at(tick);
            svg::line(area, (LEFT, y), (RIGHT, y), FAINT, 1);
            let label = format!("{tick} {}", self.up);
            svg::write(area, &label, (LEFT - 8, y), 12.0, HPos::Right);
        }
        svg::line(area, (LEFT, BOTTOM), (RIGHT, BOTTOM), INK, 1);
    }

    fn across_label(&self, tick: f64) -> String {
        match self.across {
            "KB" if tick >= 1000.0 => format!("{} MB", tick / 1000.0),
            unit => format!("{tick} {unit}"),
        }
    }

    /// The ends of each curve, in words.
    fn description(&self) -> String {
        let (across, up) = (self.across, self.up);
        let curves = self.series.iter().filter_map(|(name, points)| {
            let ((from, low), (to, high)) = (points.first()?, points.last()?);
            Some(format!(
                "{name}: {low:.3} {up} at {from} {across}, {high:.3} {up} at {to} {across}."
            ))
        });
        let curves: Vec<_> = curves.collect();
        format!("Curves of {up} over {across}. {}", curves.join(" "))
    }
}

/// From one power of ten to another.
struct Axis {
    from: i32,
    to: i32,
    pixels: (i32, i32),
}

impl Axis {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "powers of ten of measured figures are small"
    )]
    fn of(values: impl Iterator<Item = f64>, pixels: (i32, i32)) -> Self {
        let (lowest, highest) = values.fold((f64::INFINITY, 0.0), |(lowest, highest), value| {
            (f64::min(lowest, value), f64::max(highest, value))
        });
        let from = lowest.log10().floor() as i32;
        let to = (highest.log10().ceil() as i32).max(from + 1);
        Self { from, to, pixels }
    }

    fn ticks(&self) -> impl Iterator<Item = f64> {
        (self.from..=self.to).map(|power| 10_f64.powi(power))
    }

    #[expect(clippy::cast_possible_truncation, reason = "it is within the picture")]
    fn at(&self, value: f64) -> i32 {
        let part = (value.log10() - f64::from(self.from)) / f64::from(self.to - self.from);
        let (start, end) = self.pixels;
        start + (f64::from(end - start) * part).round() as i32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_holds_all_values() {
        let axis = Axis::of([1.0, 64.0, 4096.0].into_iter(), (100, 500));
        assert_eq!((axis.from, axis.to), (0, 4));
        assert_eq!(
            (axis.at(1.0), axis.at(100.0), axis.at(1e4)),
            (100, 300, 500)
        );
        let one = Axis::of([10.0].into_iter(), (0, 10));
        assert_eq!((one.from, one.to), (1, 2));
    }

    #[test]
    fn a_picture_says_its_ends_in_words() {
        let curves = Curves {
            title: "Time".to_owned(),
            across: "KB",
            up: "ms",
            series: vec![("load".to_owned(), vec![(1.0, 0.05), (1024.0, 3.5)])],
        };
        let svg = curves.draw();
        let words = "Curves of ms over KB. load: 0.050 ms at 1 KB, 3.500 ms at 1024 KB.";
        assert!(svg.contains(words), "{svg}");
    }
}
