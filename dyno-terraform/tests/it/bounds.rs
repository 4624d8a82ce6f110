//! Files that would take for ever, or end the process.

use std::time::{Duration, Instant};

use dyno_terraform::ReadErrorKind::{Invalid, NotEvaluated, NotSupported};
use dyno_terraform::{ReadError, Terraform};

use crate::read::{Directory, table};

/// Reads on a small stack, as a thread of a program has it.
fn on_a_small_stack(read: impl FnOnce() + Send) {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(1 << 21);
        thread.spawn_scoped(scope, read).unwrap().join().unwrap();
    });
}

#[test]
fn what_is_nested_without_end() {
    on_a_small_stack(|| {
        let tags = table("users", "tags = { a = local.a0 }");
        let nested = |inner: &str| format!("{}{inner}{}", "[".repeat(50), "]".repeat(50));
        let locals: String = (0..90)
            .map(|at| format!("  a{at} = {}\n", nested(&format!("local.a{}", at + 1))))
            .collect();
        let text = format!("{tags}locals {{\n{locals}  a90 = \"\"\n}}\n");
        let error = Terraform::new().text(&text).unwrap_err();
        assert_eq!(error.kind(), NotEvaluated);
        assert!(error.line().is_some());
        // Each after the one it names, so that every reference is of a value that is known.
        let used: String = (0..5_000)
            .rev()
            .map(|at| format!("b{at} = local.a{at}\n"))
            .collect();
        let locals: String = (0..5_000)
            .map(|at| format!("  a{at} = [local.a{}]\n", at + 1))
            .collect();
        let text = format!(
            "{}locals {{\n{locals}  a5000 = \"\"\n}}\n",
            table("users", &format!("tags = {{\n{used}}}"))
        );
        let error = Terraform::new().text(&text).unwrap_err();
        assert_eq!(error.kind(), NotEvaluated);
    });
}

#[test]
fn what_grows_without_end() {
    let begun = Instant::now();
    let locals = |of: &dyn Fn(usize) -> String| -> String {
        let locals: String = (0..60)
            .map(|at| format!("  a{at} = {}\n", of(at + 1)))
            .collect();
        format!("locals {{\n{locals}  a60 = \"0123456789\"\n}}\n")
    };
    let doubled = [
        locals(&|next| format!("\"${{local.a{next}}}${{local.a{next}}}\"")),
        locals(&|next| format!("[local.a{next}, local.a{next}]")),
        locals(&|next| format!("{{ (\"${{local.a{next}}}${{local.a{next}}}\") = 1 }}")),
    ];
    for locals in doubled {
        let error = Terraform::new()
            .text(&(table("users", "tags = { a = local.a0 }") + &locals))
            .unwrap_err();
        assert!(matches!(error.kind(), NotEvaluated | Invalid), "{error}");
    }
    // Each variable is evaluated once, however often it is used.
    let list = "1, ".repeat(8_000);
    let uses: String = (0..8_000)
        .map(|at| format!("  a{at} = var.v[{at}]\n"))
        .collect();
    let text = table("users", &format!("tags = {{\n{uses}}}"))
        + &format!("variable \"v\" {{\n  default = [{list}]\n}}\n");
    let tables = Terraform::new().text(&text).unwrap();
    assert_eq!(tables.specs()[0].tags().len(), 8_000);
    assert!(begun.elapsed() < Duration::from_mins(1));
}

#[test]
fn a_file_without_end() {
    let long = "#".repeat(1 << 20);
    let too_long = |error: ReadError| {
        assert_eq!(error.kind(), NotSupported);
        assert_eq!(error.to_string(), "text: has more than 256 KiB; split it");
    };
    too_long(Terraform::new().text(&long).unwrap_err());
    too_long(Terraform::new().yaml(&long).unwrap_err());
    let directory = Directory::with("long", &[("main.tf", &long)]);
    let error = Terraform::new().directory(directory.path()).unwrap_err();
    assert_eq!(error.kind(), NotSupported);
}
