//! `tendrel health`: asks the program that runs here how it is, for a container that has nothing else to ask with.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, ensure};

const WITHIN: Duration = Duration::from_secs(4);

#[derive(Clone, Copy, Debug, clap::Args)]
pub struct HealthArguments {
    /// Where it listens.
    #[arg(long, env = "TENDREL_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Whether it can do its work, not only whether it runs.
    #[arg(long)]
    pub ready: bool,
}

/// # Errors
/// When it does not answer, or says no.
pub fn run(arguments: &HealthArguments, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut at = arguments.listen;
    if at.ip().is_unspecified() {
        at.set_ip(if at.is_ipv4() { [127, 0, 0, 1].into() } else { std::net::Ipv6Addr::LOCALHOST.into() });
    }
    let path = if arguments.ready { "/health/ready" } else { "/health/live" };
    let said = ask(at, path).with_context(|| format!("nothing answers at {at}"))?;
    let (head, words) = said.split_once("\r\n\r\n").unwrap_or((&said, ""));
    ensure!(head.starts_with("HTTP/1.1 200 "), "{}", words.trim());
    write!(out, "{words}")?;
    Ok(())
}

fn ask(at: SocketAddr, path: &str) -> std::io::Result<String> {
    let mut line = TcpStream::connect_timeout(&at, WITHIN)?;
    line.set_read_timeout(Some(WITHIN))?;
    line.write_all(format!("GET {path} HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\n\r\n").as_bytes())?;
    let mut said = String::new();
    line.read_to_string(&mut said)?;
    Ok(said)
}
