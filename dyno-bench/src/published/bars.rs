//! Bars in groups, one colour for each series.

use plotters::style::text_anchor::HPos;
use plotters::style::{RGBColor, WHITE};

use super::svg::{self, Area, COLOURS, FAINT, INK, WIDTH};

pub(super) struct Bars {
    pub(super) title: String,
    /// What a bar's height is.
    pub(super) measure: &'static str,
    /// What lies at this height, if something does: its line is drawn.
    pub(super) baseline: Option<(f64, &'static str)>,
    pub(super) groups: Vec<String>,
    /// A name, and for each group a bar, if it has one.
    pub(super) series: Vec<(String, Vec<Option<f64>>)>,
}

const HEIGHT: i32 = 400;
const LEFT: i32 = 56;
const RIGHT: i32 = WIDTH - 20;
const TOP: i32 = 96;
const BOTTOM: i32 = HEIGHT - 44;

impl Bars {
    pub(super) fn draw(&self) -> String {
        svg::picture(HEIGHT, &self.title, &self.description(), |area| {
            svg::legend(area, self.series.iter().map(|(name, _)| name), 52);
            let scale = Scale::of(self.highest());
            self.grid(area, &scale);
            let bars = self.bars(&scale);
            for bar in &bars {
                svg::filled(
                    area,
                    (bar.left + 1, bar.top),
                    (bar.right - 1, BOTTOM),
                    bar.colour,
                );
            }
            if let Some((at, name)) = self.baseline {
                let y = scale.y(at);
                svg::line(area, (LEFT, y), (RIGHT, y), INK, 2);
                svg::write(area, name, (RIGHT, TOP - 16), 12.0, HPos::Right);
            }
            for bar in &bars {
                bar.label(area);
            }
        })
    }

    /// A line for each group, a column for each series.
    pub(super) fn table(&self) -> String {
        let names = self.series.iter();
        let names = names.map(|(name, _)| format!(" {} |", in_markdown(name)));
        let names: String = names.collect();
        let rule = "---:|".repeat(self.series.len());
        let lines = self.groups.iter().zip(0..).map(|(group, at): (_, usize)| {
            let bars = self.series.iter().map(|(_, bars)| {
                let bar = bars.get(at).copied().flatten().map(figure);
                format!(" {} |", bar.unwrap_or_default())
            });
            format!("| {group} |{}\n", bars.collect::<String>())
        });
        let lines: String = lines.collect();
        format!("| {} |{names}\n|---|{rule}\n{lines}", self.measure)
    }

    fn highest(&self) -> f64 {
        let bars = self.series.iter().flat_map(|(_, bars)| bars);
        bars.flatten().copied().fold(0.0, f64::max)
    }

    fn grid(&self, area: &Area<'_>, scale: &Scale) {
        for tick in scale.ticks() {
            let y = scale.y(tick);
            svg::line(area, (LEFT, y), (RIGHT, y), FAINT, 1);
            svg::write(area, &figure(tick), (LEFT - 8, y), 12.0, HPos::Right);
        }
        svg::write(area, self.measure, (24, TOP - 16), 12.0, HPos::Left);
        for (group, at) in self.groups.iter().zip(0..) {
            svg::write(
                area,
                group,
                (self.middle(at), BOTTOM + 20),
                12.0,
                HPos::Center,
            );
        }
        svg::line(area, (LEFT, BOTTOM), (RIGHT, BOTTOM), INK, 1);
    }

    fn bars(&self, scale: &Scale) -> Vec<Bar> {
        let group_width = self.group_width();
        let width = (group_width * 9 / 10 / count(&self.series).max(1)).clamp(4, 64);
        let groups = (0..self.groups.len()).flat_map(|group| {
            let bars = self.series.iter().zip(COLOURS.iter().cycle());
            let bars =
                bars.filter_map(|((_, bars), colour)| Some((bars.get(group).copied()??, *colour)));
            let bars: Vec<_> = bars.collect();
            let first = self.middle(group) - width * count(&bars) / 2;
            let bars = bars
                .into_iter()
                .zip(0..)
                .map(move |((height, colour), at)| Bar {
                    left: first + width * at,
                    right: first + width * (at + 1),
                    top: scale.y(height),
                    height,
                    colour,
                });
            bars.collect::<Vec<_>>()
        });
        groups.collect()
    }

    fn middle(&self, group: usize) -> i32 {
        let group = i32::try_from(group).unwrap_or(0);
        LEFT + self.group_width() * group + self.group_width() / 2
    }

    fn group_width(&self) -> i32 {
        (RIGHT - LEFT) / count(&self.groups).max(1)
    }

    /// All figures, in words.
    fn description(&self) -> String {
        let groups = self.groups.iter().zip(0..).map(|(group, at): (_, usize)| {
            let bars = self.series.iter().filter_map(|(name, bars)| {
                let bar = bars.get(at).copied().flatten()?;
                Some(format!("{name} {}", figure(bar)))
            });
            format!("{group}: {}.", bars.collect::<Vec<_>>().join(", "))
        });
        let groups: Vec<_> = groups.collect();
        let baseline = self
            .baseline
            .map(|(at, name)| format!(" {} is {name}.", figure(at)));
        format!(
            "Bars: {}.{} {}",
            self.measure,
            baseline.unwrap_or_default(),
            groups.join(" ")
        )
    }
}

struct Bar {
    left: i32,
    right: i32,
    top: i32,
    height: f64,
    colour: RGBColor,
}

impl Bar {
    /// Its figure, above it and above any line.
    fn label(&self, area: &Area<'_>) {
        let (left, right) = (self.left + 1, self.right - 1);
        svg::filled(area, (left, self.top - 13), (right, self.top - 1), WHITE);
        let middle = (self.left.midpoint(self.right), self.top - 8);
        svg::write(area, &figure(self.height), middle, 11.0, HPos::Center);
    }
}

/// The vertical axis, from nothing to above the highest bar.
struct Scale {
    step: f64,
    top: f64,
}

impl Scale {
    fn of(highest: f64) -> Self {
        let highest = if highest > 0.0 { highest } else { 1.0 };
        let power = 10_f64.powf((highest / 6.0).log10().floor());
        let steps = [1.0, 2.0, 2.5, 5.0, 10.0].map(|factor| factor * power);
        let step = steps.into_iter().find(|step| highest / step <= 6.0);
        let step = step.unwrap_or(highest);
        Self {
            step,
            top: (highest / step).ceil() * step,
        }
    }

    fn ticks(&self) -> impl Iterator<Item = f64> {
        let steps = (self.top / self.step).round();
        (0_u8..=10)
            .map(f64::from)
            .take_while(move |at| *at <= steps)
            .map(|at| at * self.step)
    }

    #[expect(clippy::cast_possible_truncation, reason = "it is within the picture")]
    fn y(&self, value: f64) -> i32 {
        let part = value / self.top;
        BOTTOM - (f64::from(BOTTOM - TOP) * part).round() as i32
    }
}

/// Three digits that say something, or the whole part.
fn figure(value: f64) -> String {
    let digits = if value < 10.0 {
        2
    } else {
        usize::from(value < 100.0)
    };
    let text = format!("{value:.digits$}");
    let whole = text.strip_suffix(".00").or_else(|| text.strip_suffix(".0"));
    whole.map(str::to_owned).unwrap_or(text)
}

fn count<T>(list: &[T]) -> i32 {
    i32::try_from(list.len()).unwrap_or(i32::MAX)
}

/// The name of a crate, perhaps with its version.
fn in_markdown(name: &str) -> String {
    match name.split_once(' ') {
        Some((name, version)) => format!("`{name}` {version}"),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_reach_the_highest_bar() {
        for (highest, ticks) in [
            (1.72, vec![0.0, 0.5, 1.0, 1.5, 2.0]),
            (3.9, vec![0.0, 1.0, 2.0, 3.0, 4.0]),
            (101.0, vec![0.0, 20.0, 40.0, 60.0, 80.0, 100.0, 120.0]),
            (0.0, vec![0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        ] {
            let found: Vec<_> = Scale::of(highest).ticks().collect();
            assert_eq!(found.len(), ticks.len(), "{highest}: {found:?}");
            for (found, wanted) in found.iter().zip(ticks) {
                assert!((found - wanted).abs() < 1e-9, "{highest}: {found}");
            }
        }
    }

    #[test]
    fn a_picture_says_its_figures_in_words() {
        let bars = Bars {
            title: "Put & get".to_owned(),
            measure: "time",
            baseline: Some((1.0, "by hand")),
            groups: vec!["put".to_owned(), "get".to_owned()],
            series: vec![
                ("dyno".to_owned(), vec![Some(1.02), Some(1.03)]),
                ("toasty".to_owned(), vec![None, Some(1.6)]),
            ],
        };
        let svg = bars.draw();
        assert!(
            svg.contains("<title id=\"title\">Put &amp; get</title>"),
            "{svg}"
        );
        let words = "Bars: time. 1 is by hand. put: dyno 1.02. get: dyno 1.03, toasty 1.60.";
        assert!(svg.contains(words), "{svg}");
    }
}
