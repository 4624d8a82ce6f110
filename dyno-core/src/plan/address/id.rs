//! Names as parts of ids and keys.

use dyno_value::{FieldPath, Segment};

/// The id of the shard below a field of these names.
pub(crate) fn shard_id<'a, I: IntoIterator<Item = &'a str>>(names: I) -> String {
    let mut id = String::new();
    for (position, name) in names.into_iter().enumerate() {
        if position > 0 {
            id.push('/');
        }
        escape_into(&mut id, name);
    }
    id
}

/// The id of the shard at this place of a keyed tree.
pub(crate) fn shard_id_at(path: &FieldPath) -> String {
    shard_id(path.segments().iter().filter_map(|segment| match segment {
        Segment::Key(name) => Some(name.as_str()),
        Segment::Index(_) => None,
    }))
}

/// The place of a shard in a keyed tree.
pub(crate) fn path_of(id: &str) -> Option<FieldPath> {
    id.split('/').try_fold(FieldPath::root(), |path, part| {
        Some(path.key(unescape(part)?))
    })
}

/// The name of which this is one part of a shard id.
pub(crate) fn unescape(part: &str) -> Option<String> {
    let mut name = String::new();
    let mut rest = part;
    while let Some((before, after)) = rest.split_once('%') {
        name.push_str(before);
        let (code, left) = after.split_at_checked(2)?;
        name.push(match code {
            "25" => '%',
            "23" => '#',
            "2F" => '/',
            "7E" => '~',
            _ => return None,
        });
        rest = left;
    }
    name.push_str(rest);
    Some(name)
}

/// Replaces the characters that separate parts, so that every text has one escaped form and no two share one.
pub(super) fn escape_into(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '%' => out.push_str("%25"),
            '#' => out.push_str("%23"),
            '/' => out.push_str("%2F"),
            '~' => out.push_str("%7E"),
            other => out.push(other),
        }
    }
}
