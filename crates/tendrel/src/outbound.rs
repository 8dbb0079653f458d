//! How the program asks others by HTTP: it waits so long and no longer, takes so much and no more, and goes where it was
//! sent and nowhere else.

pub mod networks;

use std::error::Error;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http;
use futures_util::StreamExt;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use rustls::ClientConfig;
use tracing::{Instrument, debug_span, field};

use crate::machine::TRACE;
use crate::outbound::networks::{Network, is_inside};

const CONNECT_WITHIN: Duration = Duration::from_secs(5);
const ANSWER_WITHIN: Duration = Duration::from_secs(15);
/// Bytes of an answer.
const ANSWER_LIMIT: usize = 1024 * 1024;

/// Cheap to clone; connections are kept.
#[derive(Clone, Debug)]
pub struct Outbound {
    /// To where the settings say.
    named: reqwest::Client,
    /// To where somebody said on a page.
    typed: reqwest::Client,
    allowed: Arc<[Network]>,
}

/// A client for what may be large: it may take any time, as long as something comes within `patience`.
///
/// # Errors
/// When no client can be made of this.
pub fn patient(tls: ClientConfig, patience: Duration) -> reqwest::Result<reqwest::Client> {
    builder(tls).read_timeout(patience).build()
}

fn builder(tls: ClientConfig) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .connect_timeout(CONNECT_WITHIN)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .user_agent(concat!("Tendrel/", env!("CARGO_PKG_VERSION")))
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum NoAnswer {
    #[error("no answer: {}", cause(.0))]
    Away(#[from] reqwest::Error),
    #[error("{0}")]
    Inside(#[from] Inside),
    #[error("the answer is longer than {ANSWER_LIMIT} bytes")]
    TooLong,
    #[error("the answer cannot be read: {0}")]
    Unreadable(#[from] http::Error),
}

/// It would have led to an address of the inner network.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{0} is an address of the inner network")]
pub struct Inside(String);

/// The first cause; the layers above it only say that something failed.
fn cause(error: &reqwest::Error) -> String {
    let mut first: &dyn Error = error;
    while let Some(under) = first.source() {
        first = under;
    }
    first.to_string()
}

impl Outbound {
    /// `allowed`: networks inside that may be reached although it was typed on a page.
    ///
    /// # Errors
    /// When no client can be made of this.
    pub fn new(tls: &ClientConfig, allowed: &[Network]) -> anyhow::Result<Outbound> {
        let client = || builder(tls.clone()).timeout(ANSWER_WITHIN);
        let allowed: Arc<[Network]> = allowed.into();
        let typed = client().dns_resolver(OnlyOutside(Arc::clone(&allowed))).build()?;
        Ok(Outbound { named: client().build()?, typed, allowed })
    }

    /// Sends a request and reads the whole answer.
    ///
    /// # Errors
    /// When there is none in time, or it is too long.
    pub async fn send(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, NoAnswer> {
        // The address may hold a secret; whom it asked does not.
        let span = debug_span!(
            target: TRACE,
            "ask",
            otel.name = %format_args!("ask {}", request.uri().host().unwrap_or_default()),
            otel.kind = "client",
            http.request.method = %request.method(),
            http.response.status_code = field::Empty
        );
        let answer = self.answer(request).instrument(span.clone()).await?;
        span.record("http.response.status_code", i64::from(answer.status().as_u16()));
        Ok(answer)
    }

    async fn answer(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, NoAnswer> {
        let answer = self.named.execute(reqwest::Request::try_from(request)?).await?;
        let mut whole = http::Response::builder().status(answer.status());
        for (name, value) in answer.headers() {
            whole = whole.header(name, value);
        }
        let mut body = Vec::new();
        let mut parts = answer.bytes_stream();
        while let Some(part) = parts.next().await {
            let part = part?;
            if body.len() + part.len() > ANSWER_LIMIT {
                return Err(NoAnswer::TooLong);
            }
            body.extend_from_slice(&part);
        }
        Ok(whole.body(body)?)
    }

    /// Sends to an address that somebody typed: never to one of the inner network that is not allowed, whatever name it
    /// has, for the address that was looked up is the one that is connected to. Returns the status and the first so many
    /// bytes of the answer; the rest is not waited for.
    ///
    /// # Errors
    /// When there is no answer in time, or the address lies inside.
    pub async fn send_to_typed(
        &self,
        request: http::Request<Vec<u8>>,
        first_bytes: usize,
    ) -> Result<(u16, Vec<u8>), NoAnswer> {
        let request = reqwest::Request::try_from(request)?;
        self.must_be_outside(request.url())?;
        let answer = self.typed.execute(request).await.map_err(inside_or_away)?;
        let status = answer.status().as_u16();
        let mut body = Vec::new();
        let mut parts = answer.bytes_stream();
        while body.len() < first_bytes
            && let Some(part) = parts.next().await
        {
            // What came before it broke off is worth showing.
            let Ok(part) = part else { break };
            body.extend_from_slice(&part[..part.len().min(first_bytes - body.len())]);
        }
        Ok((status, body))
    }

    /// An address written as a number is connected to without being looked up. What a name means is asked when it is
    /// connected to.
    ///
    /// # Errors
    /// When it lies inside.
    pub fn must_be_outside(&self, url: &reqwest::Url) -> Result<(), Inside> {
        let host = url.host_str().unwrap_or_default();
        let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
        match address {
            Ok(address) if !may_reach(&self.allowed, address) => Err(Inside(host.to_owned())),
            _ => Ok(()),
        }
    }
}

fn may_reach(allowed: &[Network], address: IpAddr) -> bool {
    !is_inside(address) || allowed.iter().any(|network| network.holds(address.to_canonical()))
}

fn inside_or_away(error: reqwest::Error) -> NoAnswer {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(inside) = error.downcast_ref::<Inside>() {
            return NoAnswer::Inside(inside.clone());
        }
        cause = error.source();
    }
    NoAnswer::Away(error.without_url())
}

/// Finds of a name the addresses that may be reached, and no others.
struct OnlyOutside(Arc<[Network]>);

impl Resolve for OnlyOutside {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = Arc::clone(&self.0);
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let (outside, inside): (Vec<_>, Vec<_>) =
                found.partition(|address| may_reach(&allowed, address.ip()));
            if outside.is_empty() && !inside.is_empty() {
                return Err(Inside(name.as_str().to_owned()).into());
            }
            Ok(Box::new(outside.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::response::Redirect;
    use axum::routing::get;

    use super::*;

    fn outbound(allowed: &[&str]) -> Outbound {
        let allowed: Vec<Network> =
            allowed.iter().map(|network| Network::try_from((*network).to_owned()).unwrap()).collect();
        Outbound::new(&crate::tls::client(None).unwrap(), &allowed).unwrap()
    }

    async fn ask(path: &str) -> Result<http::Response<Vec<u8>>, NoAnswer> {
        let site = Router::new()
            .route("/short", get(|| async { "here" }))
            .route("/long", get(|| async { vec![b'x'; ANSWER_LIMIT + 1] }))
            .route("/away", get(|| async { Redirect::to("/short") }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = tokio::spawn(async { axum::serve(listener, site).await });
        let request = http::Request::get(format!("http://{address}{path}")).body(Vec::new()).unwrap();
        let answer = outbound(&[]).send(request).await;
        serving.abort();
        answer
    }

    #[tokio::test]
    async fn an_answer_has_its_limit_and_leads_nowhere_else() {
        assert_eq!(ask("/short").await.unwrap().body(), b"here");
        assert!(matches!(ask("/long").await, Err(NoAnswer::TooLong)));
        let led = ask("/away").await.unwrap();
        assert_eq!((led.status().as_u16(), led.body().len()), (303, 0));
    }

    #[tokio::test]
    async fn what_is_typed_does_not_lead_inside_in_any_notation() {
        let site = Router::new()
            .route("/hook", get(|| async { vec![b'x'; 5_000] }))
            .route("/away", get(|| async { Redirect::to("/hook") }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let serving = tokio::spawn(async { axum::serve(listener, site).await });
        let ask = async |outbound: &Outbound, host: &str, path: &str| {
            let request =
                http::Request::get(format!("http://{host}:{port}/{path}")).body(Vec::new()).unwrap();
            outbound.send_to_typed(request, 1_000).await
        };
        let closed = outbound(&["10.0.0.0/8"]);
        for host in [
            "127.0.0.1",
            "2130706433",
            "0x7f000001",
            "0x7f.1",
            "017700000001",
            "127.1",
            "0",
            "localhost",
            "LOCALHOST",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[::127.0.0.1]",
            "169.254.169.254",
            "[fe80::1]",
            "[fd00:ec2::254]",
            "192.168.1.1",
            "0.0.0.0",
            "[::]",
            "[64:ff9b::7f00:1]",
        ] {
            let answer = ask(&closed, host, "hook").await;
            assert!(matches!(answer, Err(NoAnswer::Inside(_))), "{host}: {answer:?}");
        }
        let open = outbound(&["127.0.0.0/8", "::1"]);
        let (status, first) = ask(&open, "127.0.0.1", "hook").await.unwrap();
        assert_eq!((status, first.len()), (200, 1_000));
        assert_eq!(ask(&open, "localhost", "hook").await.unwrap().0, 200);
        // Where it is sent on to is not where it was allowed to go.
        assert_eq!(ask(&open, "127.0.0.1", "away").await.unwrap().0, 303);
        serving.abort();
    }
}
