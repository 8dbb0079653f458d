//! The commands of the program.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use tendrel::directory::import::What;
use tendrel::directory::import::command::{self, ImportList};
use tendrel::directory::make_operator;

#[derive(Parser)]
#[command(name = "tendrel", version, about = "Runs a government's ICT services")]
struct Arguments {
    /// Folder of the embedded database and of the files.
    #[arg(long, global = true, env = "TENDREL_DATA", default_value = "tendrel-data")]
    data: PathBuf,
    /// `postgres://…` instead of the embedded database.
    #[arg(long, global = true, env = "TENDREL_DATABASE")]
    database: Option<String>,
    /// A store for attachments instead of the data folder: s3://BUCKET/FOLDER.
    #[arg(long, global = true, env = "TENDREL_FILES")]
    files: Option<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Answers on the network.
    Serve(tendrel::serve::ServeArguments),
    /// Asks the program that runs here how it is.
    Health(tendrel::machine::ask::HealthArguments),
    /// A district to be tried out on this machine, with people, history and a bad week; all invented.
    Demo(tendrel::demo::DemoArguments),
    /// Fills the database with years of invented history, for measurements.
    Seed(tendrel::seed::SeedArguments),
    /// Makes somebody an operator: the first account, and the way back in.
    MakeOperator(tendrel::directory::make_operator::MakeOperator),
    /// Makes a new key for the secrets that the database keeps sealed, and seals them again by it.
    RenewKey,
    /// Takes over what another program knows.
    #[command(subcommand)]
    Import(Import),
    /// Takes over what a directory says.
    #[command(subcommand)]
    Sync(Sync),
    /// Hands on what is recorded here.
    #[command(subcommand)]
    Export(Export),
    /// Copies everything to a folder, while the program runs.
    Backup(tendrel::backup::command::BackupArguments),
    /// Puts a backup into an empty place.
    Restore(tendrel::backup::command::RestoreArguments),
    /// Reads the pages of a scan on standard input: what the server starts, in a process of its own.
    #[command(hide = true)]
    ReadPages,
    /// What comes by mail.
    #[command(subcommand)]
    Mail(MailCommand),
    /// Recomputes the record and names what was altered, taken out, put in or moved.
    Verify(tendrel::record::verify::VerifyArguments),
    /// The checkpoints over the record.
    #[command(subcommand)]
    Checkpoint(tendrel::record::command::CheckpointCommand),
    /// Removes what was kept long enough, or says what that would be.
    Retention(tendrel::retention::command::RetentionArguments),
    /// Writes a case to a file with which anybody can check that it is as it was sealed.
    Proof(tendrel::record::proof::ProofArguments),
}

#[derive(Subcommand)]
enum Import {
    /// Offices, from a spreadsheet saved as CSV.
    Offices(ImportList),
    /// People, from a spreadsheet saved as CSV.
    People(ImportList),
    /// The event log of another desk, as requests with their history.
    Requests(tendrel::desk::import_requests::ImportArguments),
}

#[derive(Subcommand)]
enum MailCommand {
    /// Prints what the program makes of messages, and why: one JSON object for each.
    Read(tendrel::channels::read_mail::ReadMailArguments),
    /// Takes one message on standard input, for a mail server's pipe.
    Deliver(tendrel::channels::deliver::DeliverArguments),
}

#[derive(Subcommand)]
enum Sync {
    /// Compares the people here with those of the directory that the settings name.
    People(tendrel::directory::sync_people::SyncArguments),
}

#[derive(Subcommand)]
enum Export {
    /// The histories of requests, for process mining.
    Events(tendrel::analysis::export_events::ExportArguments),
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let place = tendrel::settings::Place {
        data: arguments.data,
        database: arguments.database,
        files: arguments.files,
    };
    match arguments.command {
        Command::Serve(serve) => tendrel::serve::run(&place, &serve),
        Command::Health(health) => tendrel::machine::ask::run(&health, &mut std::io::stdout()),
        Command::Demo(demo) => tendrel::demo::run(&place, &demo),
        Command::Seed(seed) => tendrel::seed::run(&place, &seed),
        Command::Import(Import::Offices(list)) => {
            command::run(&place.open()?, What::Offices, &list, &mut std::io::stdout())
        }
        Command::Import(Import::People(list)) => {
            command::run(&place.open()?, What::People, &list, &mut std::io::stdout())
        }
        Command::MakeOperator(arguments) => {
            let app = place.open()?;
            make_operator::run(&app, &arguments, &mut std::io::stdin().lock(), &mut std::io::stdout())
        }
        Command::Sync(Sync::People(sync)) => {
            tendrel::directory::sync_people::command(&place.open()?, &sync, &mut std::io::stdout())
        }
        Command::RenewKey => tendrel::renew_key::run(&place.open()?, &mut std::io::stdout()),
        Command::Import(Import::Requests(import)) => {
            tendrel::desk::import_requests::run(&place, &import)?;
            if import.dry_run { Ok(()) } else { Ok(tendrel::record::after_a_load(&place.open()?)?) }
        }
        Command::Backup(backup) => tendrel::backup::command::run(&place, &backup, &mut std::io::stdout()),
        Command::Restore(restore) => {
            tendrel::backup::command::restore(&place, &restore, &mut std::io::stdout())
        }
        Command::Verify(verify) => {
            tendrel::record::verify::run(&place.open()?, &verify, &mut std::io::stdout())
        }
        Command::Checkpoint(checkpoint) => {
            tendrel::record::command::run(&place.open()?, &checkpoint, &mut std::io::stdout())
        }
        Command::Retention(retention) => {
            tendrel::retention::command::run(&place.open()?, &retention, &mut std::io::stdout())
        }
        Command::Proof(proof) => tendrel::record::proof::run(&place.open()?, &proof, &mut std::io::stdout()),
        Command::ReadPages => {
            tendrel::channels::scans::reader::run(&mut std::io::stdin().lock(), &mut std::io::stdout().lock())
        }
        Command::Mail(MailCommand::Read(read)) => {
            tendrel::channels::read_mail::run(&read, &mut std::io::stdout().lock())
        }
        Command::Mail(MailCommand::Deliver(deliver)) => {
            let (input, errors) = (&mut std::io::stdin().lock(), &mut std::io::stderr().lock());
            let code = tendrel::channels::deliver::run(&place, &deliver, input, errors);
            std::process::exit(i32::from(code))
        }
        Command::Export(Export::Events(export)) => tendrel::analysis::export_events::run(&place, &export),
    }
}
