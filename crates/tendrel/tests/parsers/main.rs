//! Bytes that nobody would send, to every parser that takes them from outside: ones made up, and right ones with a
//! piece changed. `fuzz/` does the same for as long as one likes, and looks which way the bytes went.

#[path = "../../../../fuzz/parsers.rs"]
mod parsers;

use std::panic::catch_unwind;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// What each parser understands, for it to be spoilt.
const RIGHT: [&str; 18] = [
    "office=Kabjisa+Central+School&f-what=none&description=a%0Ab&key=aaaaaaaaaaaaaaaaaaaaaaaa",
    "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--XX\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a/b.txt\"\r\n\r\nwords\r\n--XX--\r\n",
    "{\"subject\":\"x\",\"answers\":{\"what\":\"none\"},\"impact\":1,\"late\":true,\"tags\":[\"a\",null]}",
    "PUN-26-01482-7",
    "session=abc; __Host-session=def; language=dz",
    "dz-BT,dz;q=0.9,en;q=0.8",
    "Name;Agency;Phone\n\"Dorji; Tashi\";Punakha;17600001\n",
    "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261217\r\nSUMMARY:National Day\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    "date,name\n2026-12-17,National Day\n",
    "{\"time_zone\":\"Asia/Thimphu\",\"hours\":[{\"week\":[[\"09:00-13:00\",\"14:00-17:00\"],[],[],[],[],[],[]]}]}",
    "09:00-24:00",
    "unit=PUN&state=open&officer=me&late=1&after=1790000000000000.0198&q=printer",
    "from=2026-01-01&to=2026-12-31&unit=all&channel=web",
    "2026-11",
    "{\"type\":\"webauthn.get\",\"challenge\":\"AAAA\",\"origin\":\"https://desk.example\",\"crossOrigin\":false}",
    "{\"format\":\"tendrel checkpoint 1\",\"statement\":\"root 00\",\"public_key\":\"00\",\"signature\":\"00\"}\n",
    "requests?officer=me\nabcdef\ntoken\nlocalhost",
    "གློག་འཕྲིན་ printer 00:1a:2b \"wi-fi\" NEAR( * OR",
];

/// For each parser; most take microseconds, a whole request a millisecond.
const TRIES: u32 = 800;

fn spoilt() -> impl Strategy<Value = Vec<u8>> {
    let right = prop::sample::select(RIGHT.to_vec());
    let change = (any::<prop::sample::Index>(), 0..4_u8, prop::collection::vec(any::<u8>(), 0..6));
    (right, prop::collection::vec(change, 0..4)).prop_map(|(right, changes)| {
        let mut bytes = right.as_bytes().to_vec();
        for (place, how, put) in changes {
            let at = place.index(bytes.len() + 1);
            match how {
                0 => drop(bytes.splice(at..at, put)),
                1 => bytes.truncate(at),
                2 => drop(bytes.splice(at..(at + put.len()).min(bytes.len()), put)),
                _ => bytes.extend_from_within(at..),
            }
        }
        bytes
    })
}

#[test]
fn no_bytes_from_outside_make_a_parser_fall_over() {
    let bytes = || {
        prop_oneof![
            prop::collection::vec(any::<u8>(), 0..300),
            spoilt(),
            ".{0,60}".prop_map(String::into_bytes)
        ]
    };
    let mut fallen = Vec::new();
    for (name, parser) in parsers::ALL {
        for right in RIGHT {
            parser(right.as_bytes());
        }
        let config = Config { cases: TRIES, failure_persistence: None, ..Config::default() };
        let tried = TestRunner::new(config).run(&bytes(), |bytes| {
            let fell = catch_unwind(|| parser(&bytes)).is_err();
            prop_assert!(!fell, "{:?}", String::from_utf8_lossy(&bytes));
            Ok(())
        });
        if let Err(error) = tried {
            fallen.push(format!("{name}: {error}"));
        }
    }
    assert!(fallen.is_empty(), "{}", fallen.join("\n"));
}

#[test]
fn each_parser_has_its_target() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz");
    let manifest = std::fs::read_to_string(format!("{folder}/Cargo.toml")).unwrap();
    for (name, _) in parsers::ALL {
        let target = std::fs::read_to_string(format!("{folder}/fuzz_targets/{name}.rs")).unwrap();
        assert!(target.contains(&format!("parsers::{name}(bytes)")), "{name}");
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name} is not in fuzz/Cargo.toml");
    }
}
