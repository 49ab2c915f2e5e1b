//! The module that all generated modules use.

use alloc::borrow::ToOwned as _;
use alloc::string::String;

use super::header::header;
use super::options::Emit;

const TYPESCRIPT: &str = include_str!("runtime/runtime.ts");
// What `tsc` makes of it (`npm run build` in `tests/js`).
const JAVASCRIPT: &str = include_str!("runtime/runtime.js");
const DECLARATIONS: &str = include_str!("runtime/runtime.d.ts");

pub(super) fn files(emit: Emit) -> impl Iterator<Item = (String, String)> {
    let files: &[(&str, &str)] = match emit {
        Emit::Ts => &[("runtime.ts", TYPESCRIPT)],
        Emit::Js => &[("runtime.js", JAVASCRIPT), ("runtime.d.ts", DECLARATIONS)],
    };
    files.iter().map(|(name, text)| ((*name).to_owned(), header("runtime", text) + text))
}
