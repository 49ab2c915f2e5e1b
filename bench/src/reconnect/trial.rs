//! One client in one case: what it asked for, what it said, and how it ended.

use std::env;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::cases::{Case, FOR_EVER, Tell};
use super::clients::{Client, Said};
use super::server::{self, Request};

/// How long a client may do nothing of what a case waits for.
const LONG: Duration = Duration::from_secs(5);
/// How long nobody listens, unless the client says that it has noticed.
const AWAY: Duration = Duration::from_secs(1);

/// What happened.
#[derive(Debug)]
pub(super) enum Sign {
    Request(Request),
    Said(Said),
    /// The process has ended.
    Gone,
}

/// All that happened.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) requests: Vec<Request>,
    /// The data of the events.
    pub(super) events: Vec<String>,
    pub(super) errors: usize,
    /// The stream has come to its end.
    pub(super) ended: bool,
    /// The process ended before the stream did.
    pub(super) panicked: bool,
}

/// What a client did, and whether it is right.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    pub(super) did: String,
    pub(super) right: bool,
}

/// Runs one client in one case, until it has done what the case waits for.
pub(super) fn run(case: &Case, client: Client) -> Outcome {
    let (sender, signs) = channel();
    let address = server::free();
    if !case.late {
        server::start(address, case.answers, sender.clone());
    }
    let child = start(client, &format!("http://{address}/"), sender.clone());
    let mut child = Running(child);
    let mut seen = Seen::default();
    if case.late {
        seen.read(&signs, AWAY, |seen| seen.errors > 0);
        server::start(address, case.answers, sender);
    }
    seen.read(&signs, LONG, |seen| seen.requests.len() >= case.requests || seen.events.len() >= case.events);
    child.stop();
    Outcome { did: seen.tell(case), right: (case.right)(&seen) }
}

fn start(client: Client, url: &str, signs: Sender<Sign>) -> Child {
    let this = env::current_exe().expect("the program knows where it is");
    let mut command = Command::new(this);
    command.args(["reconnect-of", client.name(), url]).stdin(Stdio::null());
    // A panic is a finding, and not for the reader of the table.
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the program can be run");
    let lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            let said = serde_json::from_str(&line).expect("a client says what it was told to say");
            if signs.send(Sign::Said(said)).is_err() {
                return;
            }
        }
        // Nobody may listen any more.
        let _told = signs.send(Sign::Gone);
    });
    child
}

/// A process until this is dropped.
struct Running(Child);

impl Running {
    fn stop(&mut self) {
        // It may have ended.
        let _killed = self.0.kill();
        let _ended = self.0.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Seen {
    /// Reads until this is so, the client has gone, or for so long.
    #[expect(clippy::disallowed_methods, reason = "a window of time is what it is about")]
    fn read(&mut self, signs: &Receiver<Sign>, window: Duration, done: impl Fn(&Self) -> bool) {
        let end = Instant::now() + window;
        while !(done(self) || self.ended || self.panicked) {
            match signs.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(Sign::Request(request)) => self.requests.push(request),
                Ok(Sign::Said(Said::Event(data))) => self.events.push(data),
                Ok(Sign::Said(Said::Error)) => self.errors += 1,
                Ok(Sign::Said(Said::End)) => self.ended = true,
                Ok(Sign::Gone) => self.panicked = !self.ended,
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// What the `n`-th request said that the client had last.
    pub(super) fn id_of(&self, n: usize) -> Option<&[u8]> {
        self.requests.get(n)?.last_event_id.as_deref()
    }

    fn tell(&self, case: &Case) -> String {
        let ending = if self.panicked {
            "panics"
        } else if self.ended {
            "ends"
        } else if self.requests.len() >= FOR_EVER {
            "comes back for ever"
        } else if self.requests.len() >= case.requests {
            "comes back"
        } else {
            "stays"
        };
        let events = match &self.events[..] {
            [] => "no event".to_owned(),
            [event] if event.is_empty() => "an event".to_owned(),
            events => events.join(", "),
        };
        match case.tell {
            Tell::Ending if self.events.is_empty() => ending.to_owned(),
            Tell::Ending | Tell::Events => format!("{events}; {ending}"),
            Tell::Id(n) if self.requests.len() <= n => format!("{ending} without a request"),
            Tell::Id(n) => match self.id_of(n) {
                None => "no header".to_owned(),
                Some([]) => "an empty header".to_owned(),
                Some(id) => format!("`{}`", id.escape_ascii()),
            },
        }
    }
}
