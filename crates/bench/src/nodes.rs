//! Posts through one node and through several over the same PostgreSQL, to many units, so that no unit's counter is
//! what they wait for.

use std::hash::{BuildHasher, Hasher, RandomState};

use anyhow::{Context, ensure};

use crate::client::{Ask, Client};
use crate::load::{self, Target};
use crate::process::processor_time;
use crate::server::{Place, Server};

const FORM: &str = "sign-in";
const CLIENTS: usize = 24;
/// Each in a unit of its own.
const OFFICES: [&str; 20] = [
    "Bumthang",
    "Chhukha",
    "Dagana",
    "Gasa",
    "Haa",
    "Lhuentse",
    "Mongar",
    "Paro",
    "Pema Gatshel",
    "Punakha",
    "Samdrup Jongkhar",
    "Samtse",
    "Sarpang",
    "Thimphu",
    "Trashigang",
    "Trashi Yangtse",
    "Trongsa",
    "Tsirang",
    "Wangdue Phodrang",
    "Zhemgang",
];

/// What one number of nodes came to.
pub(crate) struct Came {
    pub(crate) nodes: usize,
    pub(crate) per_second: f64,
    pub(crate) p99: std::time::Duration,
    /// Parts of one processor: of the nodes, of the database, of the clients.
    pub(crate) busy: [f64; 3],
}

pub(crate) fn run(
    place: &Place,
    nodes: usize,
    seconds: f64,
    database: &dyn Fn() -> Vec<u32>,
) -> anyhow::Result<Came> {
    let servers: Vec<Server> = (0..nodes).map(|_| place.start()).collect::<Result<_, _>>()?;
    let version = version(&servers[0])?;
    let run = RandomState::new().build_hasher().finish();
    let make = |turn: u64| {
        let office = OFFICES[usize::try_from(turn).unwrap_or(0) % OFFICES.len()].replace(' ', "+");
        let form = format!(
            "version={version}&key={run:016x}{turn:016}&office={office}+Dzongkhag+Administration&f-where=computer&f-what=forgot\
             &f-user=tshering.dema&subject=Password+forgotten&description=I+cannot+sign+in.&name=Tshering+Dema&phone=17000999\
             &impact=3&urgency=2"
        );
        Ask { path: format!("/services/{FORM}"), form: Some(form), ..Ask::default() }
    };
    let targets: Vec<Target> = servers
        .iter()
        .map(|server| Target { address: server.address, program: server.pid(), database: Vec::new() })
        .collect();
    let own = std::process::id();
    let time = |pids: &[u32]| pids.iter().copied().map(processor_time).sum::<std::time::Duration>();
    let pids: Vec<u32> = servers.iter().map(Server::pid).collect();
    let before = [time(&pids), time(&database()), time(&[own])];
    let begun = std::time::Instant::now();
    let each = CLIENTS / nodes;
    let measured = std::thread::scope(|scope| {
        let make = &make;
        let threads: Vec<_> = targets
            .iter()
            .map(|target| scope.spawn(move || load::run(target, each, seconds, 303, make)))
            .collect();
        let joined = threads.into_iter().map(std::thread::ScopedJoinHandle::join);
        joined
            .map(|one| one.unwrap_or_else(|_| Err(anyhow::anyhow!("a client panicked"))))
            .collect::<anyhow::Result<Vec<_>>>()
    })?;
    let elapsed = begun.elapsed().as_secs_f64();
    let after = [time(&pids), time(&database()), time(&[own])];
    let wrong: usize = measured.iter().map(|one| one.wrong).sum();
    let example = measured.iter().find_map(|one| one.example.clone()).unwrap_or_default();
    ensure!(wrong == 0, "{wrong} posts were refused: {example}");
    let busy = [0, 1, 2].map(|of| after[of].saturating_sub(before[of]).as_secs_f64() / elapsed);
    Ok(Came {
        nodes,
        per_second: measured.iter().map(|one| one.per_second).sum(),
        p99: measured.iter().map(|one| one.p99).max().unwrap_or_default(),
        busy,
    })
}

fn version(server: &Server) -> anyhow::Result<String> {
    let ask = Ask { plain: true, ..Ask::get(format!("/services/{FORM}")) };
    let form = Client::connect(server.address)?.send(&ask)?.text();
    let rest = form.split("name=\"version\" value=\"").nth(1).context("the form has no version")?;
    Ok(rest.split('"').next().unwrap_or_default().to_owned())
}

pub(crate) fn table(all: &[Came]) -> String {
    let mut text = format!(
        "{:<8} {:>9} {:>9} {:>22} {:>10} {:>10}\n",
        "nodes", "posts/s", "p99 ms", "processors: nodes", "database", "clients"
    );
    let first = all.first().map_or(1.0, |one| one.per_second);
    for Came { nodes, per_second, p99, busy: [program, database, clients] } in all {
        let p99 = p99.as_secs_f64() * 1000.0;
        let times = per_second / first.max(0.001);
        text.push_str(&format!(
            "{nodes:<8} {per_second:>9.0} {p99:>9.1} {program:>22.2} {database:>10.2} {clients:>10.2}   x {times:.2}\n"
        ));
    }
    text
}
