use std::fs;
use std::path::PathBuf;

use proc_macro2::TokenStream;

use super::expanded;

/// A directory of its own that is gone afterwards.
struct Package(PathBuf);

impl Package {
    fn with(name: &str, tables: &str) -> Self {
        let path = std::env::temp_dir().join(format!(
            "dyno-terraform-macros-{}-{name}",
            std::process::id()
        ));
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join("tables.tf"), tables).unwrap();
        Self(path)
    }

    fn expanded(&self, arguments: &str) -> syn::Result<TokenStream> {
        let tokens: TokenStream = format!("root, {arguments}").parse()?;
        expanded(tokens, &self.0)
    }

    #[track_caller]
    fn refuses(&self, arguments: &str) -> String {
        let error = self.expanded(arguments).unwrap_err().to_string();
        error.replace(&format!("{}/", self.0.display()), "")
    }
}

impl Drop for Package {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

const USERS: &str = r#"
variable "env" {}
resource "aws_dynamodb_table" "users" {
  name         = "${var.env}_users"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "N"
  }
  table_class = "STANDARD"
}
"#;

#[test]
fn a_table_is_built_by_calls_and_its_file_is_followed() {
    let package = Package::with("calls", USERS);
    let arguments = r#""tables.tf", variables(env = "dev"), pass_over("table_class"),"#;
    let code = package.expanded(arguments).unwrap().to_string();
    let file = package.0.join("tables.tf");
    let wanted = format!(
        "{{ const _ : & [u8] = :: core :: include_bytes ! ({file:?}) ; root :: __private :: tables ([(\"users\" , \
         root :: __private :: TableSpec :: new (\"dev_users\" , \"id\" , root :: __private :: KeyKind :: N))]) }}"
    );
    let squeezed = |text: &str| text.split_whitespace().collect::<String>();
    assert_eq!(squeezed(&code), squeezed(&wanted));
}

#[test]
fn mistakes_in_the_file_have_its_line_and_column() {
    let package = Package::with("mistakes", USERS);
    assert_eq!(
        package.refuses("\"tables.tf\""),
        "tables.tf:4:21: variable `env` has no value: tables.tf:2:1 has no default; give it one there, or a value to the \
         reader"
    );
    assert_eq!(
        package.refuses("\"tables.tf\", variables(env = \"dev\")"),
        "tables.tf:11:3: table `users`: a specification has no place for `table_class`; let the reader pass over it, and take \
         care of it elsewhere"
    );
    // The example of the documentation that does not compile, with why.
    assert_eq!(
        package.refuses("\"tables.tf\", variables(enviroment = \"live\")"),
        "tables.tf: variable `enviroment` is given a value and not declared; declare it"
    );
    let missing = package.refuses("\"other.tf\"");
    assert!(
        missing.starts_with("other.tf: cannot be read: "),
        "{missing}"
    );
}

#[test]
fn mistakes_in_the_macro_are_told() {
    let package = Package::with("macro", USERS);
    assert_eq!(
        package.refuses("\"tables.tf\", variable(env = \"dev\")"),
        "expected `variables(name = \"value\")` or `pass_over(\"name\")`"
    );
    assert_eq!(
        package.refuses("\"tables.tf\", variables(env = 1.5)"),
        "expected a string, a whole number, `true` or `false`"
    );
    assert_eq!(package.refuses("tables"), "expected string literal");
}

#[test]
fn values_are_large_and_given_once() {
    let package = Package::with("values", USERS);
    let large = r#""tables.tf", variables(env = 123456789012), pass_over("table_class")"#;
    let code = package.expanded(large).unwrap().to_string();
    assert!(code.contains("\"123456789012_users\""), "{code}");
    assert_eq!(
        package.refuses(r#""tables.tf", variables(env = 1, env = 2)"#),
        "variable `env` is given twice; keep one"
    );
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_where_it_stands() {
    let package = Package::with("link", USERS);
    let link = package.0.join("link.tf");
    std::os::unix::fs::symlink("tables.tf", &link).unwrap();
    let arguments = r#""link.tf", variables(env = 1), pass_over("table_class")"#;
    let code = package.expanded(arguments).unwrap().to_string();
    assert!(code.contains(&format!("{link:?}")), "{code}");
}

#[test]
fn a_directory_is_read_as_a_whole() {
    let package = Package::with("directory", "");
    fs::write(package.0.join("more.tf"), USERS).unwrap();
    let code = package.expanded(r#"".", variables(env = true), pass_over("table_class")"#);
    let code = code.unwrap().to_string();
    assert!(code.contains("\"true_users\""), "{code}");
    assert_eq!(code.matches("include_bytes").count(), 2);
}
