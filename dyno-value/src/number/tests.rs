use std::cmp::Ordering;

use proptest::prelude::*;

use super::*;

#[test]
fn numbers_have_one_normal_form() {
    let cases = [
        ("0", "0"),
        ("-0.00", "0"),
        ("+0", "0"),
        ("00042", "42"),
        ("5.", "5"),
        (".5", "0.5"),
        ("-.50", "-0.5"),
        ("1e2", "100"),
        ("1E+2", "100"),
        ("12.5e-1", "1.25"),
        ("12.5e1", "125"),
        ("12.5e3", "12500"),
        ("0.00123", "0.00123"),
        ("100e-2", "1"),
        ("1234567890e-5", "12345.6789"),
        ("0e125", "0"),
        ("0e-130", "0"),
    ];
    for (text, normal) in cases {
        assert_eq!(normalize(text).unwrap(), normal, "{text}");
        assert!(is_normal(normal), "{normal}");
        assert_eq!(is_normal(text), text == normal, "{text}");
    }
}

#[test]
fn the_ends_of_the_range_are_accepted() {
    let largest = format!("{}{}", "9".repeat(38), "0".repeat(88));
    let smallest = format!("0.{}1", "0".repeat(129));
    assert_eq!(
        normalize("9.9999999999999999999999999999999999999E+125").unwrap(),
        largest
    );
    assert_eq!(normalize("1E-130").unwrap(), smallest);
    for text in [largest, smallest] {
        assert!(is_normal(&text));
        assert!(matches!(normalized(&text), Ok(Cow::Borrowed(_))));
    }
}

#[test]
fn refuses_what_is_out_of_range() {
    for text in [
        "1E126",
        "1e-131",
        "-10E125",
        "0.1e-130",
        "0e126",
        "0.0e-130",
        "1e9223372036854775807",
    ] {
        let error = normalize(text).unwrap_err();
        assert!(matches!(error.cause(), ValueCause::NumberOutOfRange { number } if number == text));
    }
}

#[test]
fn refuses_more_than_38_digits() {
    assert!(normalize(&"9".repeat(38)).is_ok());
    assert!(normalize(&format!("{}000", "9".repeat(38))).is_ok());
    let error = normalize(&"9".repeat(39)).unwrap_err();
    assert_eq!(error.cause(), &ValueCause::TooManyDigits { digits: 39 });
}

#[test]
fn refuses_what_is_no_number() {
    let wrong = [
        "",
        "+",
        "-",
        ".",
        "e1",
        "1e",
        "1e+",
        "1.2.3",
        "--1",
        "+-1",
        " 1",
        "1 ",
        "1_0",
        "0x1",
        "NaN",
        "inf",
        "1e1.5",
        "1e99999999999999999999",
        "١",
    ];
    for text in wrong {
        let error = normalize(text).unwrap_err();
        assert!(
            matches!(error.cause(), ValueCause::NotANumber { .. }),
            "{text}"
        );
        assert!(!is_normal(text), "{text}");
    }
}

#[test]
fn sizes_are_those_measured_on_dynamodb() {
    let cases = [
        ("1", 2),
        ("12", 2),
        ("123", 3),
        ("1234567890123456789", 11),
        ("12345678901234567890123456789012345678", 20),
        ("0042", 2),
        ("100", 2),
        ("1010", 3),
        ("0.0000001", 2),
        ("0", 1),
        ("-0", 1),
        ("1E125", 2),
        ("1.5", 3),
        ("1.200", 3),
        ("1.234", 4),
        ("3.14159", 5),
        ("100.5", 4),
        ("0.15", 2),
        ("-42", 3),
        ("-12345", 5),
        ("-0.15", 3),
    ];
    for (text, bytes) in cases {
        assert_eq!(size(text), bytes, "{text}");
    }
}

proptest! {
    #[test]
    fn normalizing_twice_changes_nothing(text in "[+-]?[0-9]{0,20}\\.?[0-9]{0,20}([eE][+-]?[0-9]{1,3})?") {
        if let Ok(normal) = normalize(&text) && normal != "0" {
            prop_assert_eq!(&normalize(&normal).unwrap(), &normal);
            prop_assert!(is_normal(&normal));
            prop_assert_eq!(size(&text), size(&normal));
            let near = text.parse::<f64>().unwrap();
            prop_assert_eq!(near.total_cmp(&normal.parse().unwrap()), Ordering::Equal);
        }
    }

    #[test]
    fn integers_are_their_own_normal_form(number in any::<i64>()) {
        let text = number.to_string();
        prop_assert!(is_normal(&text));
        prop_assert_eq!(normalize(&text).unwrap(), text);
    }

    #[test]
    fn any_text_is_normalized_or_refused(text in any::<String>()) {
        prop_assert_eq!(is_normal(&text), normalize(&text).is_ok_and(|normal| normal == text));
    }
}
