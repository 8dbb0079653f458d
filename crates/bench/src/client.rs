//! One connection that is kept open and asks one thing after the other: as little work as a client can do, because it
//! shares the machine with what it measures.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, bail};

/// What a scenario sends.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ask {
    pub(crate) path: String,
    /// A form; `None` is a GET.
    pub(crate) form: Option<String>,
    pub(crate) cookie: String,
    /// Without packing, for pages that are to be read here.
    pub(crate) plain: bool,
}

impl Ask {
    pub(crate) fn get(path: impl Into<String>) -> Ask {
        Ask { path: path.into(), ..Ask::default() }
    }

    pub(crate) fn with_cookie(mut self, cookie: &str) -> Ask {
        cookie.clone_into(&mut self.cookie);
        self
    }
}

#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) location: String,
    pub(crate) cookie: String,
    pub(crate) body: Vec<u8>,
    /// Bytes over the wire, head and body as they were packed.
    pub(crate) wire: usize,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

pub(crate) struct Client {
    address: SocketAddr,
    stream: BufReader<TcpStream>,
    line: String,
}

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> anyhow::Result<Client> {
        let stream = TcpStream::connect_timeout(&address, Duration::from_secs(5))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        Ok(Client { address, stream: BufReader::with_capacity(64 * 1024, stream), line: String::new() })
    }

    pub(crate) fn send(&mut self, ask: &Ask) -> anyhow::Result<Answer> {
        let Ask { path, form, cookie, plain } = ask;
        let method = if form.is_some() { "POST" } else { "GET" };
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n", self.address);
        if !plain {
            head.push_str("Accept-Encoding: gzip\r\n");
        }
        if !cookie.is_empty() {
            head.push_str(&format!("Cookie: {cookie}\r\n"));
        }
        if let Some(form) = form {
            head.push_str(&format!(
                "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n",
                form.len()
            ));
        }
        head.push_str("\r\n");
        head.push_str(form.as_deref().unwrap_or_default());
        self.stream.get_mut().write_all(head.as_bytes())?;
        self.read()
    }

    fn read(&mut self) -> anyhow::Result<Answer> {
        let mut answer = Answer::default();
        let status = self.read_line(&mut answer.wire)?;
        answer.status = status.split(' ').nth(1).and_then(|code| code.parse().ok()).context("no status")?;
        let (mut length, mut chunked) = (None, false);
        loop {
            let line = self.read_line(&mut answer.wire)?;
            let Some((name, value)) = line.split_once(": ") else { break };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = Some(value.parse::<usize>()?),
                "transfer-encoding" => chunked = value.eq_ignore_ascii_case("chunked"),
                "location" => value.clone_into(&mut answer.location),
                "set-cookie" => {
                    // Signing in sets several: the session, and what the browser is known by.
                    let cookie = value.split(';').next().unwrap_or_default();
                    let between = if answer.cookie.is_empty() { "" } else { "; " };
                    answer.cookie = format!("{}{between}{cookie}", answer.cookie);
                }
                _ => {}
            }
        }
        if chunked {
            self.read_chunks(&mut answer)?;
        } else {
            self.read_body(length.unwrap_or(0), &mut answer)?;
        }
        Ok(answer)
    }

    fn read_line(&mut self, wire: &mut usize) -> anyhow::Result<String> {
        self.line.clear();
        let read = self.stream.read_line(&mut self.line)?;
        if read == 0 {
            bail!("the program closed the connection");
        }
        *wire += read;
        Ok(self.line.trim_end().to_owned())
    }

    fn read_chunks(&mut self, answer: &mut Answer) -> anyhow::Result<()> {
        loop {
            let size = self.read_line(&mut answer.wire)?;
            let size = usize::from_str_radix(size.trim(), 16).context("a chunk without a size")?;
            self.read_body(size, answer)?;
            self.read_line(&mut answer.wire)?;
            if size == 0 {
                return Ok(());
            }
        }
    }

    fn read_body(&mut self, size: usize, answer: &mut Answer) -> anyhow::Result<()> {
        let start = answer.body.len();
        answer.body.resize(start + size, 0);
        self.stream.read_exact(&mut answer.body[start..])?;
        answer.wire += size;
        Ok(())
    }
}
