//! Event streams on a terminal: `viewer watch`, `decode` and `encode`, which `cargo xtask` runs.
#![expect(clippy::print_stderr, reason = "a command line tool talks to its user")]

mod args;
mod decode;
mod encode;
mod print;
mod schema;
mod watch;

use std::error::Error;
use std::io;
use std::process::ExitCode;

use self::args::{Args, USAGE, Verb};
use self::print::{Printer, Style};
use self::schema::Schema;

fn main() -> ExitCode {
    let args = match Args::parse(std::env::args_os().skip(1)) {
        Ok(Some(args)) => args,
        Ok(None) => {
            eprintln!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(problem) => {
            eprintln!("error: {problem}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(args) {
        Ok(code) => code,
        // Whoever read our output has enough of it: `viewer watch … | head`.
        Err(error) if is_broken_pipe(&*error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: Args) -> Result<ExitCode, Box<dyn Error>> {
    let schema = args.schema.as_deref().map(Schema::read).transpose()?;
    let output = io::stdout();
    let style = Style::of(&output, args.pretty);
    let printer = Printer::new(output, style);
    match args.verb {
        Verb::Decode => decode::run(&mut io::stdin().lock(), printer, schema.as_ref()),
        Verb::Encode => encode::run(&mut io::stdin().lock(), &mut io::stdout().lock()),
        Verb::Watch(request) => watch::run(*request, printer, schema.as_ref()),
    }
}

fn is_broken_pipe(error: &(dyn Error + 'static)) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
