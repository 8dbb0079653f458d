//! What the guide for auditors says, followed to the letter by a program that shares nothing with this one.

use std::process::Command;

use crate::record::proof::{self, ProofArguments};
use crate::record::tests::Desk;

const GUIDE: &str = include_str!("../../../../../docs/guide/auditors.md");

#[tokio::test]
async fn a_proof_is_checked_by_the_procedure_of_the_guide() {
    let script = GUIDE.split("```python\n").nth(1).and_then(|rest| rest.split("\n```").next()).unwrap();
    assert!(script.lines().count() <= 100, "the procedure has {} lines", script.lines().count());
    if Command::new("python3").arg("--version").output().is_err() {
        println!("SKIPPED: there is no python3 to check a proof with");
        return;
    }
    let desk = Desk::new().await;
    let (app, number) = (desk.world.app.clone(), desk.numbers[0].clone());
    let (out, file) = (desk.file("proof.json"), desk.file("check.py"));
    let arguments = ProofArguments { number: number.to_lowercase(), out: out.clone() };
    tokio::task::spawn_blocking(move || proof::run(&app, &arguments, &mut Vec::new()).unwrap())
        .await
        .unwrap();
    std::fs::write(&file, script).unwrap();
    let check = |text: &str| {
        std::fs::write(&out, text).unwrap();
        let done = Command::new("python3").arg(&file).arg(&out).output().unwrap();
        (done.status.success(), String::from_utf8_lossy(&done.stdout).into_owned())
    };
    let text = std::fs::read_to_string(&out).unwrap();
    let (sound, said) = check(&text);
    assert!(sound && said.contains(&number) && said.contains("4 events are as they were sealed"), "{said}");
    let spoiled = [
        ("Karma Wangmo", "Sonam Dorji"),
        ("\"activity\": \"taken\"", "\"activity\": \"noted\""),
        ("chains ", "chains 1"),
        ("\"path\": [\n    \"", "\"path\": [\n    \"00"),
        ("\"signature\": \"", "\"signature\": \"00"),
        ("\"public_key\": \"", "\"public_key\": \"00"),
    ];
    for (from, to) in spoiled {
        assert!(text.contains(from), "the proof has no {from}");
        let (sound, said) = check(&text.replacen(from, to, 1));
        assert!(!sound, "{from} → {to}: {said}");
    }
}

#[tokio::test]
async fn a_case_that_does_not_exist_has_no_proof() {
    let desk = Desk::new().await;
    let (app, out) = (desk.world.app.clone(), desk.file("none.json"));
    let arguments = ProofArguments { number: "PUN-26-99999-9".to_owned(), out: out.clone() };
    let asked =
        tokio::task::spawn_blocking(move || proof::run(&app, &arguments, &mut Vec::new())).await.unwrap();
    assert!(asked.unwrap_err().to_string().contains("no checkpoint covers"));
    assert!(!out.exists());
}
