//! One client in one case: what it asked for, what it said, and how it ended.

use std::env;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Duration;

use super::cases::{Case, FOR_EVER, Tell};
use super::clients::Client;
use super::seen::{Seen, Sign};
use super::server;

/// How long a client may do nothing of what a case waits for.
const LONG: Duration = Duration::from_secs(5);
/// How long nobody listens, unless the client says that it has noticed.
const AWAY: Duration = Duration::from_secs(1);

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
    Outcome { did: tell(&seen, case), right: (case.right)(&seen) }
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

/// What is told of a client in the table.
fn tell(seen: &Seen, case: &Case) -> String {
    let ending = if seen.panicked {
        "panics"
    } else if seen.ended {
        "ends"
    } else if seen.requests.len() >= FOR_EVER {
        "comes back for ever"
    } else if seen.requests.len() >= case.requests {
        "comes back"
    } else {
        "stays"
    };
    let events = match &seen.events[..] {
        [] => "no event".to_owned(),
        [event] if event.is_empty() => "an event".to_owned(),
        events => events.join(", "),
    };
    match case.tell {
        Tell::Ending if seen.events.is_empty() => ending.to_owned(),
        Tell::Ending | Tell::Events => format!("{events}; {ending}"),
        Tell::Id(n) if seen.requests.len() <= n => format!("{ending} without a request"),
        Tell::Id(n) => match seen.id_of(n) {
            None => "no header".to_owned(),
            Some([]) => "an empty header".to_owned(),
            Some(id) => format!("`{}`", id.escape_ascii()),
        },
    }
}
