# The page of whoever runs the program.

menu-system = System
system-title = System
system-about = Tendrel { $version }, schema { $schema }
system-back-up = Back up now
system-made = Last backup
system-proven = Last proven restore
system-proven-what = Once a week the newest backup is restored into a temporary place and compared.
system-never = never
system-old = too old
system-fresh = in time
system-off = No nightly backups are made: backups_kept is 0 in the settings.
system-kept = { $n ->
    [one] Made every night; one is kept.
   *[other] Made every night; { $n } are kept.
}
system-size = Size
system-embedded = Embedded database
system-postgres = PostgreSQL
system-files = { $n ->
    [one] One attachment
   *[other] { $n } attachments
}
system-jobs = Jobs that were given up
system-jobs-none = None. A job that fails ten times is listed here.
system-job = Job
system-job-since = Given up
system-job-tries = Tries
system-job-why = Why
system-job-retry = Try again
system-job-retry-label = Try again: { $kind }
system-backups = Backups
system-backups-none = None yet. The first is made a quarter of an hour after the start.
system-backup-made = Made
system-backup-size = Size
system-backup-proven = Restored and compared
system-backup-place = Where
system-backup-failed = failed
system-record = The record
system-checkpoint = Checkpoint { $number } seals { $events } events of { $chains } subjects
system-checkpoint-none = No checkpoint yet. One is made every five minutes if anything happened.
system-root = Root:
system-key = Signed by:
system-broken = { $n ->
    [one] The record of one case was altered outside the program
   *[other] The record of { $n } cases was altered outside the program
}
system-broken-do = Run “tendrel verify” to see what was done, and compare with the last backup. Tell the auditor.

done-backup-begun = The backup has begun. It is listed below when it is whole.
done-backup-runs = A backup is being made already.
done-job-retried = The job is tried again now.
