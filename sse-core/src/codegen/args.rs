//! The arguments of one verb.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use std::ffi::OsString;

/// The options that a verb takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flags {
    /// Those with a value; each once, unless it is in `repeatable`.
    pub(super) values: &'static [&'static str],
    pub(super) repeatable: &'static [&'static str],
    pub(super) switches: &'static [&'static str],
}

/// What was given.
#[derive(Debug, Default)]
pub(super) struct Args {
    values: Vec<(&'static str, String)>,
    switches: Vec<&'static str>,
}

impl Args {
    /// Reads the arguments behind the verb. `--help` is every verb's.
    pub(super) fn parse(flags: &Flags, args: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut parsed = Self::default();
        let mut args = args.into_iter();
        while let Some(arg) = args.next() {
            let (flag, given) = match arg.split_once('=') {
                Some((flag, value)) if flag.starts_with("--") => (flag.to_owned(), Some(value.to_owned())),
                _ => (arg, None),
            };
            let is = |known: &[&'static str]| known.iter().copied().find(|known| *known == flag);
            if let Some(name) = is(flags.values).or_else(|| is(flags.repeatable)) {
                let value = given.or_else(|| args.next()).ok_or_else(|| format!("`{flag}` needs a value"))?;
                if is(flags.values).is_some() && parsed.value(name).is_some() {
                    return Err(format!("`{flag}` is given twice"));
                }
                parsed.values.push((name, value));
            } else if given.is_some() {
                return Err(format!("`{flag}` takes no value, or is unknown"));
            } else if flag == "--help" || flag == "-h" {
                parsed.switches.push("--help");
            } else if let Some(name) = is(flags.switches) {
                parsed.switches.push(name);
            } else {
                return Err(format!("there is no option `{flag}`"));
            }
        }
        if parsed.has("--check") && parsed.has("--stdout") {
            return Err("`--check` and `--stdout` exclude each other".to_owned());
        }
        Ok(parsed)
    }

    pub(super) fn has(&self, switch: &str) -> bool {
        self.switches.contains(&switch)
    }

    pub(super) fn value(&self, flag: &'static str) -> Option<&str> {
        self.values(flag).next()
    }

    pub(super) fn values(&self, flag: &'static str) -> impl Iterator<Item = &str> {
        self.values.iter().filter(move |(given, _)| *given == flag).map(|(_, value)| value.as_str())
    }

    /// Which of the choices the option's value is, by their names; the first if it is not given.
    pub(super) fn choice<T: Copy>(&self, flag: &'static str, choices: &[(&str, T)]) -> Result<T, String> {
        let names = || choices.iter().map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>().join(" or ");
        let Some(given) = self.value(flag) else {
            return choices.first().map(|(_, first)| *first).ok_or_else(names);
        };
        let chosen = choices.iter().find(|(name, _)| *name == given).map(|(_, choice)| *choice);
        chosen.ok_or_else(|| format!("`{flag}` is {}, not `{given}`", names()))
    }

    /// The command that does for good what was only checked.
    pub(super) fn without_check(&self, verb: &str) -> String {
        let mut command = format!("cargo xtask {verb}");
        for (flag, value) in &self.values {
            let quote = if value.contains(char::is_whitespace) { "'" } else { "" };
            command += &format!(" {flag} {quote}{value}{quote}");
        }
        for switch in self.switches.iter().filter(|switch| **switch != "--check") {
            command += &format!(" {switch}");
        }
        command
    }
}

/// The arguments as text.
pub(super) fn text(args: impl IntoIterator<Item = OsString>) -> Result<Vec<String>, String> {
    let args: Result<Vec<String>, OsString> = args.into_iter().map(OsString::into_string).collect();
    args.map_err(|arg| format!("`{}` is not UTF-8", arg.display()))
}

#[cfg(test)]
mod tests {
    use alloc::borrow::ToOwned;

    use super::*;

    const FLAGS: Flags = Flags { values: &["--out", "--to"], repeatable: &["--only"], switches: &["--check"] };

    fn parse(args: &str) -> Result<Args, String> {
        Args::parse(&FLAGS, args.split_whitespace().map(ToOwned::to_owned))
    }

    #[test]
    fn values_and_switches() {
        let args = parse("--only a --check --out=x=y --only b -h").unwrap();
        assert!(args.has("--check") && args.has("--help") && !args.has("--stdout"));
        assert_eq!(args.value("--out"), Some("x=y"));
        assert_eq!(args.values("--only").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(args.without_check("go"), "cargo xtask go --only a --out x=y --only b --help");
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (args, problem) in [
            ("--out", "`--out` needs a value"),
            ("--out a --out b", "`--out` is given twice"),
            ("--check=1", "`--check` takes no value, or is unknown"),
            ("--chek", "there is no option `--chek`"),
            ("word", "there is no option `word`"),
        ] {
            assert_eq!(parse(args).unwrap_err(), problem);
        }
    }

    #[test]
    fn choices() {
        let choices = [("a", 1), ("b", 2)];
        assert_eq!(parse("").unwrap().choice("--to", &choices), Ok(1));
        assert_eq!(parse("--to b").unwrap().choice("--to", &choices), Ok(2));
        let problem = parse("--to c").unwrap().choice("--to", &choices).unwrap_err();
        assert_eq!(problem, "`--to` is `a` or `b`, not `c`");
    }
}
