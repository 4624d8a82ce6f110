//! The eight ways to write a name, as serde has them.

/// How `rename_all` writes names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    Camel,
    Kebab,
    Lower,
    Pascal,
    ScreamingKebab,
    ScreamingSnake,
    Snake,
    Upper,
}

impl Case {
    /// Each case by the name that shows it.
    pub(crate) const ALL: [(&'static str, Self); 8] = [
        ("lowercase", Self::Lower),
        ("UPPERCASE", Self::Upper),
        ("PascalCase", Self::Pascal),
        ("camelCase", Self::Camel),
        ("snake_case", Self::Snake),
        ("SCREAMING_SNAKE_CASE", Self::ScreamingSnake),
        ("kebab-case", Self::Kebab),
        ("SCREAMING-KEBAB-CASE", Self::ScreamingKebab),
    ];

    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|(known, _)| *known == name)
            .map(|(_, case)| case)
    }

    /// The case of which `name` is an unsure spelling: `camel_case` means `camelCase`.
    pub(crate) fn resembling(name: &str) -> Option<&'static str> {
        let letters = |text: &str| text.replace(['-', '_'], "").to_ascii_lowercase();
        let wanted = letters(name);
        Self::ALL
            .into_iter()
            .map(|(known, _)| known)
            .find(|known| letters(known) == wanted || letters(known) == format!("{wanted}case"))
    }

    /// Writes the name of a field, which is `snake_case` in Rust.
    pub(crate) fn of_field(self, name: &str) -> String {
        match self {
            Self::Lower | Self::Snake => name.to_owned(),
            Self::Upper | Self::ScreamingSnake => name.to_ascii_uppercase(),
            Self::Pascal => name.split('_').map(capitalized).collect(),
            Self::Camel => uncapitalized(&Self::Pascal.of_field(name)),
            Self::Kebab => name.replace('_', "-"),
            Self::ScreamingKebab => name.replace('_', "-").to_ascii_uppercase(),
        }
    }

    /// Writes the name of a variant, which is `PascalCase` in Rust.
    pub(crate) fn of_variant(self, name: &str) -> String {
        match self {
            Self::Pascal => name.to_owned(),
            Self::Camel => uncapitalized(name),
            Self::Lower => name.to_ascii_lowercase(),
            Self::Upper => name.to_ascii_uppercase(),
            Self::Kebab | Self::ScreamingKebab | Self::ScreamingSnake | Self::Snake => {
                self.of_field(&snake(name))
            }
        }
    }
}

fn snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_ascii_uppercase().to_string() + letters.as_str()
    })
}

fn uncapitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_ascii_lowercase().to_string() + letters.as_str()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_variants_are_written_as_serde_writes_them() {
        let table = [
            ("lowercase", "birth_date", "birthdate"),
            ("UPPERCASE", "BIRTH_DATE", "BIRTHDATE"),
            ("PascalCase", "BirthDate", "BirthDate"),
            ("camelCase", "birthDate", "birthDate"),
            ("snake_case", "birth_date", "birth_date"),
            ("SCREAMING_SNAKE_CASE", "BIRTH_DATE", "BIRTH_DATE"),
            ("kebab-case", "birth-date", "birth-date"),
            ("SCREAMING-KEBAB-CASE", "BIRTH-DATE", "BIRTH-DATE"),
        ];
        for (name, field, variant) in table {
            let case = Case::parse(name).unwrap();
            assert_eq!(case.of_field("birth_date"), field, "{name}");
            assert_eq!(case.of_variant("BirthDate"), variant, "{name}");
        }
    }

    #[test]
    fn names_of_one_letter_and_none_do_not_fail() {
        for (_, case) in Case::ALL {
            assert_eq!(case.of_field(""), "");
            assert_eq!(case.of_field("a").to_lowercase(), "a");
            assert_eq!(case.of_variant("Ä").to_lowercase(), "ä");
        }
    }

    #[test]
    fn an_unsure_spelling_finds_its_case() {
        assert_eq!(Case::resembling("camel"), Some("camelCase"));
        assert_eq!(Case::resembling("camel_case"), Some("camelCase"));
        assert_eq!(Case::resembling("KebabCase"), Some("kebab-case"));
        assert_eq!(Case::resembling("title"), None);
    }
}
