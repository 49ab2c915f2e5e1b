//! Each way to be refused, and what is said about it.

/// All in one test, so that trybuild makes one project of them.
#[test]
fn what_is_refused_says_why() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*/*.rs");
}
