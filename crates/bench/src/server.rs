//! Fills a database with the program's own `seed`, and starts the program on it.

use std::io::Read;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use crate::client::{Ask, Client};

/// Where the records are.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) program: PathBuf,
    pub(crate) data: PathBuf,
    /// `postgres://…`, or `None` for the embedded database.
    pub(crate) database: Option<String>,
}

impl Place {
    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("--data").arg(&self.data).env("TENDREL_LOG", "warn");
        if let Some(database) = &self.database {
            command.arg("--database").arg(database);
        }
        command
    }

    /// Returns what the program said about its speed.
    pub(crate) fn seed(&self, requests: usize, units: &str) -> anyhow::Result<String> {
        // Everything that is measured comes under one telephone number.
        std::fs::write(self.data.join("tendrel.toml"), "[public_form]\nper_telephone_an_hour = 0\n")?;
        let requests = requests.to_string();
        let done = self.command().args(["seed", "--requests", &requests, "--units", units]).output()?;
        ensure!(done.status.success(), "seed failed: {}", String::from_utf8_lossy(&done.stderr));
        Ok(String::from_utf8_lossy(&done.stdout).trim().to_owned())
    }

    /// Imports another desk's event log; returns what the program said.
    pub(crate) fn import(&self, map: &str, file: &Path) -> anyhow::Result<String> {
        let done = self.command().args(["import", "requests", "--map", map]).arg(file).output()?;
        ensure!(done.status.success(), "import failed: {}", String::from_utf8_lossy(&done.stderr));
        let said = String::from_utf8_lossy(&done.stdout).trim().to_owned();
        Ok(said.lines().last().unwrap_or_default().to_owned())
    }

    pub(crate) fn start(&self) -> anyhow::Result<Server> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let begun = Instant::now();
        let mut child = self
            .command()
            .args(["serve", "--demo", "--home-unit", "PUN", "--listen", &address.to_string()])
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} cannot be started", self.program.display()))?;
        while !answers(address) {
            if child.try_wait()?.is_some() || begun.elapsed() > Duration::from_secs(60) {
                let _ = child.kill();
                let mut said = String::new();
                if let Some(mut errors) = child.stderr.take() {
                    errors.read_to_string(&mut said)?;
                }
                anyhow::bail!("the program did not start: {said}");
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        // Nobody reads on; what it still writes would fill the pipe and stop it.
        drop(child.stderr.take());
        Ok(Server { child, address, started_in: begun.elapsed() })
    }
}

fn answers(address: SocketAddr) -> bool {
    let health = Ask::get("/health");
    Client::connect(address)
        .and_then(|mut client| client.send(&health))
        .is_ok_and(|answer| answer.status == 200)
}

pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    pub(crate) started_in: Duration,
}

impl Server {
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
