#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "x")]
use database::*;
use std::sync::atomic::*;
use std::sync::Arc;
use std::time::*;
fn main() {
    let fresh = testkit::fresh_sqlite_with(&Options::default());
    fresh.write_blocking::<_, Error, _>(|t| t.batch("CREATE TABLE e (id BIGINT PRIMARY KEY, d TEXT NOT NULL)")).unwrap();
    let next = Arc::new(AtomicI64::new(0));
    let mut ts = vec![];
    for _ in 0..64 { let d = fresh.database.clone(); let next = next.clone(); ts.push(std::thread::spawn(move || loop {
        let id = next.fetch_add(1, Ordering::Relaxed);
        let id2 = (id * 7919) % 1_000_003;
        if d.write_blocking::<_, Error, _>(move |t| t.execute("INSERT INTO e (id, d) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING", &[id2.into(), "x".repeat(500).into()])).is_err() { break }
    })); }
    for _ in 0..6 { let d = fresh.database.clone(); ts.push(std::thread::spawn(move || loop {
        if d.read_blocking::<_, Error, _>(move |t| { t.one("SELECT COUNT(*) AS n FROM e WHERE d LIKE '%y%'", &[], |r| r.get::<i64>("n")) }).is_err() { break }
    })); }
    let w = fresh.folder().join("test.sqlite-wal");
    for _ in 0..20 { std::thread::sleep(Duration::from_millis(1000));
        println!("wal {} MB, db {} MB, rows {}", std::fs::metadata(&w).unwrap().len() >> 20, std::fs::metadata(fresh.file()).unwrap().len() >> 20, next.load(Ordering::Relaxed)); }
    fresh.database.clone().close();
    ts.into_iter().for_each(|t| t.join().unwrap());
}
