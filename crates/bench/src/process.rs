//! Processor time and memory of other processes, from `/proc`.

use std::fs;
use std::time::Duration;

/// Ticks of the processor clock in a second, as `/proc` counts them: 100 on every Linux that people run.
const TICKS: u64 = 100;

/// Processor time of a process, and of the children that it has waited for.
pub(crate) fn processor_time(pid: u32) -> Duration {
    let Some(fields) = stat(pid) else {
        return Duration::ZERO;
    };
    // utime, stime, cutime, cstime.
    let ticks: u64 =
        [11, 12, 13, 14].iter().filter_map(|index| fields.get(*index)?.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 1000 / TICKS)
}

/// The fields of `/proc/PID/stat` after the name, which may itself hold spaces.
fn stat(pid: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = text.rsplit_once(") ")?;
    Some(rest.split(' ').map(str::to_owned).collect())
}

fn parent(pid: u32) -> Option<u32> {
    stat(pid)?.get(1)?.parse().ok()
}

/// The server and its sessions, by the port that the server was started with.
pub(crate) fn postgres(port: u16) -> Vec<u32> {
    let all: Vec<u32> = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect();
    let wanted = port.to_string();
    let is_server = |pid: &u32| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let mut words = line.split(|byte| *byte == 0).map(String::from_utf8_lossy);
        let is_postgres = words.next().is_some_and(|program| program.ends_with("/postgres"));
        is_postgres && words.any(|word| word == wanted)
    };
    let Some(server) = all.iter().copied().find(is_server) else {
        return Vec::new();
    };
    let sessions = all.into_iter().filter(|pid| parent(*pid) == Some(server));
    std::iter::once(server).chain(sessions).collect()
}

/// Resident memory in MB.
pub(crate) fn resident(pid: u32) -> u64 {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) / 1024
}
