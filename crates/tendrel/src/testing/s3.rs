//! The server that speaks S3 which `bin/with-s3` started, and a line to it that can be cut.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::app::App;
use crate::bucket::Bucket;
use crate::files::Files;
use crate::settings::Settings;
use crate::settings::s3::S3Settings;
use crate::testing::World;

/// A folder of the store that this test has for itself.
#[derive(Clone)]
pub(crate) struct S3 {
    pub(crate) settings: S3Settings,
    bucket: String,
    folder: String,
}

impl S3 {
    /// `None`, said aloud, where there is no server; where nothing may be left out that is a failure.
    pub(crate) fn found() -> Option<S3> {
        let Ok(told) = std::env::var("TENDREL_TEST_S3") else {
            assert!(std::env::var("CI").is_err(), "no server speaks S3: bin/with-s3 starts one");
            let _ = writeln!(std::io::stderr(), "SKIPPED: no server speaks S3: bin/with-s3 starts one");
            return None;
        };
        let [endpoint, bucket, access, secret] = told.split(' ').collect::<Vec<_>>()[..] else {
            panic!("TENDREL_TEST_S3 is not as bin/with-s3 writes it");
        };
        let settings = S3Settings {
            endpoint: Some(endpoint.to_owned()),
            access_key: Some(access.to_owned()),
            secret_key: Some(secret.to_owned()),
            ..S3Settings::default()
        };
        Some(S3 { settings, bucket: bucket.to_owned(), folder: uuid::Uuid::now_v7().to_string() })
    }

    pub(crate) fn place(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.folder)
    }

    pub(crate) fn bucket(&self) -> Bucket {
        let tls = crate::tls::client(None).unwrap();
        Bucket::open(&self.place(), &self.settings, &tls, Duration::from_secs(5)).unwrap()
    }

    /// The same store, reached by a line of its own.
    pub(crate) async fn by_line(&self) -> (S3, Line) {
        let server = self.settings.endpoint.as_ref().unwrap().strip_prefix("http://").unwrap().to_owned();
        let line = Line::to(server).await;
        let mut other = self.clone();
        other.settings.endpoint = Some(format!("http://{}", line.address));
        (other, line)
    }
}

impl World {
    /// Attachments are kept in the store.
    pub(crate) fn with_files_in(mut self, s3: &S3) -> World {
        self.set_settings(|settings| {
            settings.files_store = Some(s3.place());
            settings.s3 = s3.settings.clone();
        });
        self.app.files = Files::of(&self.app.settings, &self.app.tls).unwrap();
        self
    }

    /// Another node over the same database: its own data folder, the same store.
    pub(crate) fn another_node(&self, folder: &std::path::Path) -> App {
        let mut app = self.app.clone();
        let settings = Settings { data: folder.to_owned(), ..Settings::clone(&app.settings) };
        app.files = Files::of(&settings, &app.tls).unwrap();
        app.settings = Arc::new(settings);
        app
    }
}

/// Carries so many bytes to the server and then none: every connection breaks off.
pub(crate) struct Line {
    address: SocketAddr,
    left: Arc<AtomicI64>,
}

impl Line {
    async fn to(server: String) -> Line {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let left = Arc::new(AtomicI64::new(i64::MAX));
        let shared = Arc::clone(&left);
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                if shared.load(Ordering::SeqCst) > 0 {
                    let server = TcpStream::connect(&server).await.unwrap();
                    tokio::spawn(carry(client, server, Arc::clone(&shared)));
                }
            }
        });
        Line { address, left }
    }

    pub(crate) fn cut(&self) {
        self.cut_after(0);
    }

    pub(crate) fn cut_after(&self, bytes: i64) {
        self.left.store(bytes, Ordering::SeqCst);
    }

    pub(crate) fn mend(&self) {
        self.cut_after(i64::MAX);
    }
}

async fn carry(mut client: TcpStream, mut server: TcpStream, left: Arc<AtomicI64>) {
    let (mut up, mut down) = (vec![0; 65536], vec![0; 65536]);
    loop {
        tokio::select! {
            read = client.read(&mut up) => match read {
                Ok(read) if read > 0 => {
                    let size = i64::try_from(read).unwrap();
                    if left.fetch_sub(size, Ordering::SeqCst) < size || server.write_all(&up[..read]).await.is_err() {
                        return;
                    }
                }
                _ => return,
            },
            read = server.read(&mut down) => match read {
                Ok(read) if read > 0 && client.write_all(&down[..read]).await.is_ok() => {}
                _ => return,
            },
        }
    }
}
