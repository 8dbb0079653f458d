//! Pages are read by a process of its own, which may break.

use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use page_reader::image::{GrayImage, Luma};

fn read_pages(bytes: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tendrel"))
        .arg("read-pages")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let bytes = bytes.to_vec();
    let writing = std::thread::spawn(move || stdin.write_all(&bytes));
    let output = child.wait_with_output().unwrap();
    let _ = writing.join().unwrap();
    output
}

#[test]
fn a_process_of_its_own_tells_the_pages_or_why_there_are_none() {
    let page = page_reader::png(&GrayImage::from_pixel(40, 60, Luma([255])));
    let output = read_pages(&page);
    assert!(output.status.success());
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.starts_with("{\"bytes\":") && said.contains("\"width\":40,\"height\":60"), "{said}");
    let output = read_pages(b"%PDF-1.4 nothing");
    assert!(output.status.success());
    assert_eq!(output.stdout, b"unread broken\n");
}

#[test]
fn a_small_file_that_swells_to_gigabytes_ends_its_reader_and_nobody_else() {
    let mut zip = ZlibEncoder::new(Vec::new(), Compression::default());
    let blank = vec![b' '; 1024 * 1024];
    (0..1_200).for_each(|_| zip.write_all(&blank).unwrap());
    let swollen = zip.finish().unwrap();
    let mut file = b"%PDF-1.5\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Count 1 /Kids [3 0 R] >>\nendobj\n3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>\nendobj\n".to_vec();
    write!(file, "4 0 obj\n<< /Length {} /Filter /FlateDecode >>\nstream\n", swollen.len()).unwrap();
    file.extend(swollen);
    file.extend(b"\nendstream\nendobj\ntrailer << /Root 1 0 R /Size 5 >>\n%%EOF\n");
    assert!(file.len() < 10 * 1024 * 1024);
    let began = Instant::now();
    let output = read_pages(&file);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(!output.status.success() || said.starts_with("unread"), "{:?}", &said[..said.len().min(80)]);
    assert!(began.elapsed() < Duration::from_secs(60));
}
