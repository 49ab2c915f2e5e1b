//! A place whose network can be gone: a namespace at the other end of a cable.

use std::ffi::OsStr;
use std::process::{self, Stdio};

use tokio::process::Command;

use crate::Failure;

/// A namespace, and the cable to it. Both are gone when it is dropped.
#[derive(Debug)]
pub struct Elsewhere {
    name: String,
    /// The server's end of the cable. Nobody routes these addresses: they are for measuring.
    pub here: String,
}

impl Elsewhere {
    /// Makes it; a process may have several, by number. This needs `ip` (Debian: `iproute2`) and the right to make network
    /// namespaces.
    ///
    /// # Errors
    ///
    /// Returns an error that says so if one of them is missing.
    pub async fn new(number: u8) -> Result<Self, Failure> {
        let process = process::id();
        let (name, subnet) =
            (format!("sse{process}x{number}"), format!("198.18.{}", (process + u32::from(number)) % 256));
        let (here, there) = (format!("{subnet}.1"), format!("{subnet}.2"));
        ip(&format!("netns add {name}")).await?;
        let elsewhere = Self { name, here };
        let Self { name, here } = &elsewhere;
        ip(&format!("link add {name} type veth peer name cable netns {name}")).await?;
        ip(&format!("address add {here}/30 dev {name}")).await?;
        ip(&format!("link set {name} up")).await?;
        ip(&format!("-n {name} address add {there}/30 dev cable")).await?;
        ip(&format!("-n {name} link set cable up")).await?;
        Ok(elsewhere)
    }

    /// A program, there. It ends when its handle is dropped.
    #[must_use]
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.name]).arg(program);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        command
    }

    /// From now on nothing comes back from there, not even that something has arrived.
    ///
    /// # Errors
    ///
    /// Returns an error if `ip` does.
    pub async fn vanish(&self) -> Result<(), Failure> {
        ip(&format!("-n {} route replace blackhole {}", self.name, self.here)).await
    }

    /// Those who come from now on are heard again.
    ///
    /// # Errors
    ///
    /// Returns an error if `ip` does.
    pub async fn reappear(&self) -> Result<(), Failure> {
        ip(&format!("-n {} route delete blackhole {}", self.name, self.here)).await
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        // If the cable was not made, there is none to remove.
        for what in ["link", "netns"] {
            let delete = process::Command::new("ip").args([what, "delete", &self.name]).stderr(Stdio::null()).status();
            drop(delete);
        }
    }
}

/// Changes the network by `ip`.
async fn ip(arguments: &str) -> Result<(), Failure> {
    let status = Command::new("ip").args(arguments.split(' ')).status().await;
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(format!("ip {arguments}: are there rights to make network namespaces?").into()),
        Err(error) => Err(format!("`ip` of the package iproute2 cannot be run: {error}").into()),
    }
}
