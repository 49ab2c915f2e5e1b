//! A server, as the load client has it.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command};
use std::{env, fs};

use super::contenders::Contender;
use super::control::{self, COUNT, REPORT, Usage};

/// A process that serves until this is dropped.
#[derive(Debug)]
pub(super) struct Server {
    child: Child,
    control: UnixStream,
    pub(super) address: SocketAddr,
}

impl Server {
    pub(super) fn start(contender: Contender, resumes: bool) -> Self {
        let (mut control, theirs) = UnixStream::pair().expect("there is room for two more files");
        let child = Command::new(env::current_exe().expect("the program knows where it is"))
            .args(["serve-of", contender.name(), if resumes { "resumes" } else { "live" }])
            .stdin(OwnedFd::from(theirs))
            .spawn()
            .expect("this program can be run");
        let mut port = [0; 2];
        control.read_exact(&mut port).expect("the server says where it listens");
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, u16::from_le_bytes(port)));
        Self { child, control, address }
    }

    /// Makes it publish so many events at once.
    pub(super) fn publish(&mut self, events: u32) {
        self.say(events);
    }

    /// Makes it count what it allocates, until it is asked for its usage.
    pub(super) fn count(&mut self) {
        self.say(COUNT);
    }

    /// What it has used, all that it was told to do being done.
    pub(super) fn usage(&mut self) -> Usage {
        self.say(REPORT);
        let mut usage = [0; Usage::BYTES];
        self.control.read_exact(&mut usage).expect("the server lives");
        Usage::from_bytes(usage)
    }

    /// How many KiB of it are in memory.
    pub(super) fn resident(&self) -> f64 {
        self.status("VmRSS:")
    }

    /// How many KiB of it were in memory at most.
    pub(super) fn peak(&self) -> f64 {
        self.status("VmHWM:")
    }

    fn status(&self, what: &str) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("the server lives");
        let line = status.lines().find_map(|line| line.strip_prefix(what));
        line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).expect("Linux says it in kB")
    }

    fn say(&mut self, command: control::Command) {
        self.control.write_all(&command.to_le_bytes()).expect("the server lives");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // If it has ended by itself, it has said why.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
