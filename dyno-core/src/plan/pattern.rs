//! A path without the data in it, so that the same field of many objects has the same one.

use dyno_value::{FieldPath, Segment};

use crate::shape::{FieldShape, Kind, Shape};

/// The pattern of a path as the program knows it: `[*]` for each index, `*` for each key of a map.
///
/// ```text
/// lines[3].price    lines[*].price
/// notes.monday      notes.*            where `notes` is a map
/// ```
pub(crate) fn pattern_of(shape: &'static Shape, path: &FieldPath) -> String {
    let mut kind = Some(Kind::Object(shape));
    let mut pattern = String::new();
    for segment in path.segments() {
        let is_map = matches!(kind, Some(Kind::Map(_)));
        let is_list = matches!(kind, Some(Kind::List(_)));
        kind = match (kind, segment) {
            (Some(Kind::Object(shape)), Segment::Key(name)) => shape
                .find_field(|field| field.answers_to(name))
                .map(FieldShape::kind),
            (Some(Kind::List(element) | Kind::Map(element)), _) => Some(element.kind()),
            _ => None,
        };
        match segment {
            Segment::Index(_) => pattern.push_str("[*]"),
            // The id of an entry.
            Segment::Key(_) if is_list => pattern.push_str("[*]"),
            Segment::Key(_) if is_map => {
                pattern.push_str(if pattern.is_empty() { "*" } else { ".*" });
            }
            // As a path writes the step, quotes included.
            Segment::Key(_) => {
                let step = FieldPath::root().with(segment.clone()).to_string();
                if !pattern.is_empty() && !step.starts_with('[') {
                    pattern.push('.');
                }
                pattern.push_str(&step);
            }
        }
    }
    pattern
}
