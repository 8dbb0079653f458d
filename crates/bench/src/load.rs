//! Sends one thing again and again from several clients, and measures it.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::client::{Ask, Client};
use crate::process::processor_time;

/// What is measured: the program, and the processes of its database if they are others.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    pub(crate) program: u32,
    pub(crate) database: Vec<u32>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Measured {
    pub(crate) per_second: f64,
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
    /// Processor time of one request.
    pub(crate) program: Duration,
    pub(crate) database: Duration,
    /// Bytes over the wire of one answer.
    pub(crate) wire: usize,
    /// Answers that were not what the scenario expects, and one of them.
    pub(crate) wrong: usize,
    pub(crate) example: Option<String>,
}

struct One {
    took: Vec<Duration>,
    wire: usize,
    wrong: usize,
    example: Option<String>,
}

/// `make` builds the n-th request; answers must have the status `expected`.
pub(crate) fn run(
    target: &Target,
    clients: usize,
    seconds: f64,
    expected: u16,
    make: &(dyn Fn(u64) -> Ask + Sync),
) -> anyhow::Result<Measured> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let warm = Duration::from_secs_f64((seconds / 4.0).min(1.0));
    let length = Duration::from_secs_f64(seconds);
    let drive = |length: Duration| -> anyhow::Result<Vec<One>> {
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..clients)
                .map(|_| {
                    scope.spawn(|| {
                        one(target.address, length, expected, &|| make(COUNT.fetch_add(1, Ordering::Relaxed)))
                    })
                })
                .collect();
            let joined = threads.into_iter().map(std::thread::ScopedJoinHandle::join);
            joined.map(|one| one.unwrap_or_else(|_| Err(anyhow::anyhow!("a client panicked")))).collect()
        })
    };
    drive(warm)?;
    let before = times(target);
    let begun = Instant::now();
    let all = drive(length)?;
    let elapsed = begun.elapsed();
    let after = times(target);
    let mut took: Vec<Duration> = all.iter().flat_map(|one| one.took.iter().copied()).collect();
    took.sort_unstable();
    let requests = took.len().max(1);
    let count = u32::try_from(requests).unwrap_or(u32::MAX);
    Ok(Measured {
        per_second: f64::from(count) / elapsed.as_secs_f64(),
        p50: rank(&took, 50),
        p99: rank(&took, 99),
        program: (after.0 - before.0) / count,
        database: after.1.saturating_sub(before.1) / count,
        wire: all.iter().map(|one| one.wire).sum::<usize>() / requests,
        wrong: all.iter().map(|one| one.wrong).sum(),
        example: all.into_iter().find_map(|one| one.example),
    })
}

fn times(target: &Target) -> (Duration, Duration) {
    (processor_time(target.program), target.database.iter().copied().map(processor_time).sum())
}

fn rank(sorted: &[Duration], percent: usize) -> Duration {
    let place = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(place).copied().unwrap_or_default()
}

fn one(address: SocketAddr, length: Duration, expected: u16, make: &dyn Fn() -> Ask) -> anyhow::Result<One> {
    let mut client = Client::connect(address)?;
    let mut one = One { took: Vec::with_capacity(4096), wire: 0, wrong: 0, example: None };
    let end = Instant::now() + length;
    while Instant::now() < end {
        let ask = make();
        let begun = Instant::now();
        let answer = client.send(&ask)?;
        one.took.push(begun.elapsed());
        one.wire += answer.wire;
        if answer.status != expected {
            one.wrong += 1;
            one.example.get_or_insert_with(|| format!("{} answered {}", ask.path, answer.status));
        }
    }
    Ok(one)
}
