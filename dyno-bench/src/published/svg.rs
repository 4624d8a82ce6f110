//! What all plots have in common.

use plotters::prelude::*;
use plotters::style::TextStyle;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// Told apart by people who see colours differently, too (Okabe and Ito).
pub(super) const COLOURS: [RGBColor; 6] = [
    RGBColor(0, 114, 178),
    RGBColor(230, 159, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(213, 94, 0),
    RGBColor(86, 180, 233),
];

pub(super) const INK: RGBColor = RGBColor(34, 34, 34);
pub(super) const FAINT: RGBColor = RGBColor(216, 216, 216);

pub(super) const WIDTH: i32 = 880;

pub(super) type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

/// Draws on white, which is readable on a dark page, too, and adds the words for people who do not see it.
pub(super) fn picture(
    height: i32,
    title: &str,
    description: &str,
    draw: impl Fn(&Area<'_>),
) -> String {
    let mut svg = String::new();
    {
        let size = (WIDTH.unsigned_abs(), height.unsigned_abs());
        let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        area.fill(&WHITE).expect(DRAWS);
        write(&area, title, (24, 24), 17.0, HPos::Left);
        draw(&area);
        area.present().expect(DRAWS);
    }
    let words = format!(
        " role=\"img\" aria-labelledby=\"title desc\">\n<title id=\"title\">{}</title>\n<desc id=\"desc\">{}</desc>",
        escaped(title),
        escaped(description),
    );
    svg.replacen('>', &words, 1)
}

pub(super) const DRAWS: &str = "a text can be written to";

pub(super) fn write(area: &Area<'_>, text: &str, at: (i32, i32), size: f64, anchor: HPos) {
    let font = ("Helvetica, Arial, sans-serif", size * 1.24).into_font();
    let style = TextStyle::from(font)
        .color(&INK)
        .pos(Pos::new(anchor, VPos::Center));
    area.draw_text(text, &style, at).expect(DRAWS);
}

pub(super) fn line(
    area: &Area<'_>,
    from: (i32, i32),
    to: (i32, i32),
    colour: RGBColor,
    width: u32,
) {
    let path = PathElement::new([from, to], colour.stroke_width(width));
    area.draw(&path).expect(DRAWS);
}

pub(super) fn filled(area: &Area<'_>, from: (i32, i32), to: (i32, i32), colour: RGBColor) {
    let rectangle = Rectangle::new([from, to], colour.filled());
    area.draw(&rectangle).expect(DRAWS);
}

/// Names of series, each after its colour, in one row.
pub(super) fn legend(area: &Area<'_>, names: impl Iterator<Item = impl AsRef<str>>, y: i32) {
    let mut x = 24;
    for (name, colour) in names.zip(COLOURS.iter().cycle()) {
        let name = name.as_ref();
        filled(area, (x, y - 6), (x + 12, y + 6), *colour);
        write(area, name, (x + 18, y), 14.0, HPos::Left);
        x += 40 + 8 * i32::try_from(name.chars().count()).unwrap_or(0);
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
