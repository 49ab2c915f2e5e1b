//! The command line.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use lexopt::{Arg, Error, Parser, ValueExt as _};

pub(crate) const USAGE: &str = "\
usage: faults run [--seconds N] [--clients N] [--rate N] [--kills N]";

/// What this process is.
#[derive(Debug)]
pub(crate) enum Args {
    /// The clients, and who starts and kills the server.
    Run(Plan),
    /// One life of the server.
    Server(Life),
    /// The clients that will vanish, in their namespace.
    Vanishing { address: SocketAddr, count: usize },
}

/// How long, and with how many.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// The time in which the server is loaded; what is waited for comes on top.
    pub(crate) time: Duration,
    /// The clients that check every number.
    pub(crate) clients: usize,
    /// How many events are published in a second.
    pub(crate) rate: u32,
    /// How often the server is killed.
    pub(crate) kills: u32,
}

/// What a server has to know of its life.
#[derive(Clone, Debug)]
pub(crate) struct Life {
    pub(crate) listen: Vec<SocketAddr>,
    /// Where the last number is kept.
    pub(crate) numbers: PathBuf,
    /// They begin with 1.
    pub(crate) number: u32,
    pub(crate) rate: u32,
}

impl Args {
    pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Self, Error> {
        let mut parser = Parser::from_iter(args);
        let verb = match parser.next()? {
            Some(Arg::Value(verb)) => verb.string()?,
            Some(other) => return Err(other.unexpected()),
            None => return Err("no verb".into()),
        };
        let mut plan = Plan { time: Duration::from_secs(20), clients: 200, rate: 20, kills: 2 };
        let mut life = Life { listen: Vec::new(), numbers: PathBuf::new(), number: 0, rate: 20 };
        let mut count = 1;
        while let Some(arg) = parser.next()? {
            match arg {
                Arg::Long("seconds") => plan.time = Duration::from_secs(parser.value()?.parse()?),
                Arg::Long("clients") => plan.clients = parser.value()?.parse()?,
                Arg::Long("kills") => plan.kills = parser.value()?.parse()?,
                Arg::Long("rate") => {
                    plan.rate = parser.value()?.parse::<u32>()?.clamp(1, 1_000);
                    life.rate = plan.rate;
                }
                Arg::Long("listen") => life.listen.push(parser.value()?.parse()?),
                Arg::Long("numbers") => life.numbers = parser.value()?.into(),
                Arg::Long("life") => life.number = parser.value()?.parse()?,
                Arg::Long("count") => count = parser.value()?.parse()?,
                other => return Err(other.unexpected()),
            }
        }
        match (verb.as_str(), life.listen.as_slice()) {
            ("run", []) => Ok(Self::Run(plan)),
            ("server", [_, ..]) => Ok(Self::Server(life)),
            ("vanishing", &[address]) => Ok(Self::Vanishing { address, count }),
            _ => Err(format!("not to be done: {verb}").into()),
        }
    }
}
