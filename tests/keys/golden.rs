//! Keys as version 1 of the format makes them, frozen: `docs/format/key-template-v1.md`. Lines are added, never changed.

use std::time::{Duration, UNIX_EPOCH};

use dyno::DyObject;
use dyno::template::{KeyPart, utc_text};
use uuid::Uuid;

fn text<V: KeyPart>(value: &V) -> String {
    value.key_text().unwrap().into_owned()
}

#[test]
fn parts_of_version_1() {
    let texts = [
        (text(&7_u8), "007"),
        (text(&7_u16), "00007"),
        (text(&7_u32), "0000000007"),
        (text(&7_u64), "00000000000000000007"),
        (text(&7_usize), "00000000000000000007"),
        (text(&7_u128), "000000000000000000000000000000000000007"),
        (text(&u128::MAX), "340282366920938463463374607431768211455"),
        (text(&7_i8), "0007"),
        (text(&-7_i8), "-992"),
        (text(&i8::MIN), "-871"),
        (text(&-7_i16), "-99992"),
        (text(&-7_i32), "-9999999992"),
        (text(&7_i64), "00000000000000000007"),
        (text(&-1_i64), "-9999999999999999998"),
        (text(&i64::MIN), "-0776627963145224191"),
        (text(&i64::MAX), "09223372036854775807"),
        (text(&-7_isize), "-9999999999999999992"),
        (text(&i128::MIN), "-829858816539530768268312696284115894271"),
        (text(&0.0_f64), "8000000000000000"),
        (text(&1.5_f64), "bff8000000000000"),
        (text(&-1.5_f64), "4007ffffffffffff"),
        (text(&-1.5_f32), "403fffff"),
        (text(&true), "1"),
        (text(&'é'), "é"),
        (
            text(&Uuid::from_u128(7)),
            "00000000-0000-0000-0000-000000000007",
        ),
        (text(&"a#b $".to_owned()), "a#b $"),
        (text(&UNIX_EPOCH), "1970-01-01T00:00:00.000000000Z"),
        (
            text(&(UNIX_EPOCH - Duration::from_nanos(1))),
            "1969-12-31T23:59:59.999999999Z",
        ),
        (
            utc_text(1_795_298_880, 5).unwrap(),
            "2026-11-21T22:08:00.000000005Z",
        ),
        (
            utc_text(-62_167_219_200, 0).unwrap(),
            "0000-01-01T00:00:00.000000000Z",
        ),
        (
            utc_text(253_402_300_799, 0).unwrap(),
            "9999-12-31T23:59:59.000000000Z",
        ),
    ];
    for (found, expected) in texts {
        assert_eq!(found, expected);
    }
}

#[test]
fn keys_of_version_1() {
    #[derive(DyObject)]
    #[dyno(
        table = "All",
        key = "{{A}}#{name}#{flag}/{letter}",
        sort = "{number}{name}#END"
    )]
    struct All {
        name: String,
        flag: bool,
        letter: char,
        number: i16,
    }
    for (name, letter, expected) in [
        ("a", 'x', "{A}#a#1/x / -99992a#END"),
        ("a#b", '#', "{A}#a$23b#1/# / -99992a$23b#END"),
        (
            "\0 !\"#$%é",
            '%',
            "{A}#$00$20$21$22$23$24%é#1/% / -99992$00$20$21$22$23$24%é#END",
        ),
    ] {
        assert_eq!(All::key_of((name, true, letter, -7)).to_string(), expected);
    }
}
