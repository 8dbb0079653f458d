//! `tendrel serve`: opens the database, keeps the calendars fresh, does the jobs, answers on the network.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use tokio::net::TcpListener;

use crate::app::App;
use crate::backup;
use crate::channels::{fetch_mail, file_mail, listen_mail, scans as sheets, sms, webhooks};
use crate::clock::Clock;
use crate::connections;
use crate::machine::{self, Traces};
use crate::settings::{
    BACKUPS_KEPT, MachineSettings, Place, ScanSettings, Settings, SettingsFile, TracesSettings,
};
use crate::worker;

#[derive(Clone, Debug, Default, clap::Args)]
pub struct ServeArguments {
    /// Address and port to listen on [default: 127.0.0.1:8080].
    #[arg(long, env = "TENDREL_LISTEN")]
    pub listen: Option<SocketAddr>,
    /// The address people use, such as https://ict.example.bt.
    #[arg(long, env = "TENDREL_BASE_URL")]
    pub base_url: Option<String>,
    /// Code of the unit whose name stands over the public pages.
    #[arg(long, env = "TENDREL_HOME_UNIT")]
    pub home_unit: Option<String>,
    /// A page to choose whom to be, for a demonstration. Refused on any address but loopback.
    #[arg(long)]
    pub demo: bool,
    /// Show Dzongkha that nobody has reviewed yet.
    #[arg(long, env = "TENDREL_SHOW_UNREVIEWED")]
    pub show_unreviewed: bool,
    /// Requests come through a proxy that sets X-Forwarded-For.
    #[arg(long, env = "TENDREL_BEHIND_PROXY")]
    pub behind_proxy: bool,
    /// Where messages are handed in, such as smtp://user:password@mail.example.bt:587?tls=required.
    #[arg(long, env = "TENDREL_MAIL_SERVER", hide_env_values = true)]
    pub mail_server: Option<String>,
    /// A PostgreSQL that follows the one of --database; pages that only read ask it.
    #[arg(long, env = "TENDREL_REPLICA", hide_env_values = true)]
    pub replica: Option<String>,
    /// Where Prometheus may ask for metrics, such as 127.0.0.1:9464.
    #[arg(long, env = "TENDREL_METRICS_LISTEN")]
    pub metrics_listen: Option<SocketAddr>,
    /// What it must know to be answered, needed on any address but loopback.
    #[arg(long, env = "TENDREL_METRICS_TOKEN", hide_env_values = true)]
    pub metrics_token: Option<String>,
    /// Where traces are told by OTLP over HTTP, such as http://127.0.0.1:4318.
    #[arg(long, env = "TENDREL_TRACES_ENDPOINT")]
    pub traces_endpoint: Option<String>,
    /// Seconds between being told to stop and stopping, for a balancer to notice.
    #[arg(long, env = "TENDREL_STOP_WAIT")]
    pub stop_wait: Option<u64>,
}

/// Serves until it is told to stop, then finishes what was begun.
pub fn run(place: &Place, arguments: &ServeArguments) -> anyhow::Result<()> {
    let settings = settings_of(place, arguments)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let traces = Traces::start(&settings, runtime.handle())?;
    start_log(traces.as_ref());
    if settings.demo && !settings.listen.ip().is_loopback() {
        anyhow::bail!(
            "--demo lets anybody be anyone, so it listens on loopback only; use --listen 127.0.0.1:8080"
        );
    }
    std::fs::create_dir_all(&settings.data)
        .with_context(|| format!("the folder {} cannot be made", settings.data.display()))?;
    let app = App::open(settings, Clock::Machine)?;
    crate::install::install(&app)?;
    runtime.block_on(async {
        let listen = app.settings.listen;
        let listener = TcpListener::bind(listen).await.with_context(|| {
            format!("nothing can listen on {listen}: another program may already do so; try another --listen")
        })?;
        let answered = answer(app, listener).await;
        if let Some(traces) = traces {
            traces.end().await;
        }
        answered
    })
}

/// Answers on the network and does the jobs, until it is told to stop.
pub async fn answer(app: App, listener: TcpListener) -> anyhow::Result<()> {
    let doors = listen_mail::open(&app).await?;
    tracing::info!("listening on http://{}", listener.local_addr()?);
    let worker = tokio::spawn(worker::run(app.clone()));
    let mail = tokio::spawn(file_mail::run(app.clone()));
    let scans = tokio::spawn(sheets::read::run(app.clone()));
    let watching = tokio::spawn(sheets::watch::run(app.clone()));
    let fetching = tokio::spawn(fetch_mail::run(app.clone()));
    let listening = tokio::spawn(listen_mail::run(app.clone(), doors));
    let nights = tokio::spawn(backup::nightly::go_on(app.clone()));
    let follows = tokio::spawn(machine::watch(app.clone()));
    let metrics = tokio::spawn(tell_metrics(app.clone()));
    let hooks = tokio::spawn(webhooks::go_on(app.clone()));
    let texts = tokio::spawn(sms::go_on(app.clone()));
    let router = crate::router::router(app.clone());
    let (node, live) = (Arc::clone(&app.machine), app.live.clone());
    let wait = app.settings.machines.stop_wait();
    let stop = async move {
        told_to_stop().await;
        // A balancer that asks hears it before the door is shut.
        node.stop();
        tokio::time::sleep(wait).await;
        // A live page would keep its connection for ever.
        live.stop();
    };
    connections::serve(listener, router, &app.machine, stop).await;
    for task in [worker, mail, scans, watching, fetching, listening, nights, follows, metrics, hooks, texts] {
        task.abort();
    }
    crate::record::seal(&app).await?;
    Ok(())
}

async fn tell_metrics(app: App) {
    if let Err(error) = machine::serve_metrics(app).await {
        tracing::error!("metrics are not told: {error:#}");
    }
}

async fn told_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else {
        let _ = interrupt.await;
        return;
    };
    tokio::select! {
        _ = interrupt => {}
        _ = terminate.recv() => {}
    }
    tracing::info!("stopping: what was begun is finished first");
}

fn settings_of(place: &Place, arguments: &ServeArguments) -> anyhow::Result<Settings> {
    let file = SettingsFile::read(&place.data)?;
    let listen = arguments.listen.or(file.listen).unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8080)));
    let backup_folder = file.backup_folder.unwrap_or_else(|| place.data.join("backups"));
    let base_url = arguments.base_url.clone().or(file.base_url).unwrap_or_else(|| format!("http://{listen}"));
    Ok(Settings {
        data: place.data.clone(),
        database: place.database.clone().or(file.database),
        listen,
        secure_cookies: base_url.starts_with("https://"),
        base_url: base_url.trim_end_matches('/').to_owned(),
        home_unit: arguments.home_unit.clone().or(file.home_unit),
        demo: arguments.demo,
        show_unreviewed: arguments.show_unreviewed || file.show_unreviewed.unwrap_or(false),
        behind_proxy: arguments.behind_proxy || file.behind_proxy.unwrap_or(false),
        backup_folder,
        backup_recipients: file.backup_recipients,
        backups_kept: file.backups_kept.unwrap_or(BACKUPS_KEPT),
        files_store: place.files.clone().or(file.files.store),
        s3: file.s3,
        sign_in: file.sign_in,
        mail: file.mail.settings(arguments.mail_server.clone())?,
        mail_listener: file.mail_listener,
        letters: file.letters,
        machines: machines_of(file.machines, arguments)?,
        public_form: file.public_form,
        webhooks: file.webhooks,
        traces: traces_of(file.traces, arguments)?,
        scans: ScanSettings { reader: std::env::current_exe().ok(), ..file.scans },
        secrets_key: file.secrets_key,
        ca_certificates: file.ca_certificates,
        virus_scanner: file.virus_scanner,
    })
}

fn machines_of(file: MachineSettings, arguments: &ServeArguments) -> anyhow::Result<MachineSettings> {
    let machines = MachineSettings {
        replica: arguments.replica.clone().or(file.replica),
        metrics_listen: arguments.metrics_listen.or(file.metrics_listen),
        metrics_token: arguments.metrics_token.clone().or(file.metrics_token),
        stop_wait_seconds: arguments.stop_wait.unwrap_or(file.stop_wait_seconds),
        ..file
    };
    machines.check()?;
    Ok(machines)
}

fn traces_of(file: TracesSettings, arguments: &ServeArguments) -> anyhow::Result<TracesSettings> {
    let traces = TracesSettings { endpoint: arguments.traces_endpoint.clone().or(file.endpoint), ..file };
    traces.check()?;
    Ok(traces)
}

/// To standard error; `TENDREL_LOG` chooses what, `TENDREL_LOG_FORMAT=json` how. Traces go their own way beside it.
pub fn start_log(traces: Option<&Traces>) {
    use tracing_subscriber::prelude::*;
    use tracing_subscriber::{EnvFilter, fmt, registry};
    let filter = EnvFilter::try_from_env("TENDREL_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let log = fmt::layer().with_writer(std::io::stderr);
    let log = match std::env::var("TENDREL_LOG_FORMAT").as_deref() {
        Ok("json") => log.json().flatten_event(true).boxed(),
        _ => log.boxed(),
    };
    let _ = match traces {
        // A filter for all: what is not logged is not even made.
        None => registry().with(log).with(filter).try_init(),
        Some(traces) => registry().with(vec![log.with_filter(filter).boxed(), traces.layer()]).try_init(),
    };
}
