-- Scans: sheets that came by fax, from a scanner, or from an officer's hand. What came is kept first, byte by byte, and
-- its pages are read afterwards.

CREATE TABLE scan_files (
    id          BYTEA PRIMARY KEY,
    unit_id     BYTEA NOT NULL REFERENCES units (organisation_id), -- to which it came
    known_by    TEXT NOT NULL,               -- hash of its bytes: it stays when they go
    times       BIGINT NOT NULL DEFAULT 1,   -- how often it came
    file_hash   BYTEA REFERENCES files (hash),
    name        TEXT NOT NULL,
    came_by     TEXT NOT NULL,               -- upload, folder, fax
    came_at     BIGINT NOT NULL,
    brought_by  BYTEA REFERENCES persons (id),
    mail_id     BYTEA REFERENCES mails (id), -- of the fax machine
    state       TEXT NOT NULL,               -- kept, read, forgotten
    tries       BIGINT NOT NULL DEFAULT 0,
    taken_until BIGINT,                      -- a node reads it until then
    UNIQUE (unit_id, known_by)
);
CREATE INDEX scan_files_to_read ON scan_files (id) WHERE state = 'kept';
CREATE INDEX scan_files_by_file ON scan_files (file_hash);
CREATE INDEX scan_files_by_mail ON scan_files (mail_id);

-- Some pages of a file that belong together: all of them, or from one page with a code to the next.
CREATE TABLE scans (
    id         BYTEA PRIMARY KEY,
    file_id    BYTEA NOT NULL REFERENCES scan_files (id),
    unit_id    BYTEA NOT NULL REFERENCES units (organisation_id), -- in whose tray
    service_id BYTEA REFERENCES services (id),                    -- as the sheet says
    state      TEXT NOT NULL,               -- kept, waiting, aside, filed, forgotten
    came_at    BIGINT NOT NULL,
    reason     TEXT NOT NULL DEFAULT '',    -- a code: why it is where it is
    is_whole   BIGINT NOT NULL,             -- it is all that the file holds
    quarters   BIGINT NOT NULL DEFAULT 0,   -- turned by hand, to the right
    code       TEXT NOT NULL DEFAULT '',    -- as it stands on the sheet
    guess      TEXT NOT NULL DEFAULT '',    -- what a machine took the writing for
    request_id BYTEA REFERENCES requests (id),
    number     BIGINT,                      -- of the event on the request that it became
    filed_at   BIGINT
);
CREATE INDEX scans_waiting ON scans (unit_id, state, id) WHERE state IN ('kept', 'waiting', 'aside');
CREATE INDEX scans_by_request ON scans (request_id, id) WHERE request_id IS NOT NULL;
CREATE INDEX scans_by_file ON scans (file_id, id);
CREATE INDEX scans_without_case ON scans (came_at) WHERE state IN ('waiting', 'aside');

-- Pictures of the pages, made by the program.
CREATE TABLE scan_pages (
    scan_id   BYTEA NOT NULL REFERENCES scans (id),
    page      BIGINT NOT NULL,              -- from 1, within the scan
    file_hash BYTEA NOT NULL REFERENCES files (hash),
    width     BIGINT NOT NULL,
    height    BIGINT NOT NULL,
    PRIMARY KEY (scan_id, page)
);
CREATE INDEX scan_pages_by_file ON scan_pages (file_hash);

-- Which node looks after the watched folder.
CREATE TABLE scan_watch (
    name        TEXT PRIMARY KEY,
    taken_by    TEXT NOT NULL,
    taken_until BIGINT NOT NULL
);
