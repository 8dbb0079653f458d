-- Channels: mail that comes in. What came is kept first, byte by byte, and understood afterwards.

-- Addresses of the desks. A server is where the program fetches mail itself; without one it is handed over.
CREATE TABLE mailboxes (
    id           BYTEA PRIMARY KEY,
    address      TEXT NOT NULL UNIQUE,                           -- in small letters
    name         TEXT NOT NULL,
    unit_id      BYTEA NOT NULL REFERENCES units (organisation_id),
    service_id   BYTEA NOT NULL REFERENCES services (id),
    sorts        BIGINT NOT NULL,                                -- the words of a mail may say another service
    is_fax       BIGINT NOT NULL DEFAULT 0,                      -- a fax machine or a scanner writes here
    server       TEXT NOT NULL DEFAULT '',                       -- imaps://host:993
    folder       TEXT NOT NULL DEFAULT '',
    login        TEXT NOT NULL DEFAULT '',
    secret       BYTEA,                                          -- sealed by a key that is not in the database
    key_name     TEXT NOT NULL DEFAULT '',
    token_url    TEXT NOT NULL DEFAULT '',                       -- OAuth2: where the secret is changed for a token
    uid_validity BIGINT,
    last_uid     BIGINT NOT NULL DEFAULT 0,
    fetched_at   BIGINT,                                         -- when the server was last asked with success
    fault        TEXT NOT NULL DEFAULT '',                       -- why it could not be asked since
    told_silent  BIGINT NOT NULL DEFAULT 0,                      -- people know that it is silent
    taken_by     TEXT,                                           -- the node that fetches, and until when
    taken_until  BIGINT,
    closed_at    BIGINT,
    version      BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX mailboxes_by_unit ON mailboxes (unit_id, address);

CREATE TABLE mails (
    id           BYTEA PRIMARY KEY,
    mailbox_id   BYTEA NOT NULL REFERENCES mailboxes (id),
    known_by     TEXT NOT NULL,               -- by what the same mail is known again: its id and author, else its bytes
    times        BIGINT NOT NULL DEFAULT 1,   -- how often it came
    file_hash    BYTEA REFERENCES files (hash),
    size         BIGINT NOT NULL,
    came_by      TEXT NOT NULL,               -- imap, lmtp, smtp, deliver
    came_at      BIGINT NOT NULL,
    recipient    TEXT NOT NULL DEFAULT '',    -- of the envelope, which may hold a mark that the message does not show
    state        TEXT NOT NULL,               -- kept, filed, aside, quarantined, forgotten
    tries        BIGINT NOT NULL DEFAULT 0,
    kind         TEXT NOT NULL DEFAULT '',
    from_address TEXT NOT NULL DEFAULT '',
    from_name    TEXT NOT NULL DEFAULT '',
    subject      TEXT NOT NULL DEFAULT '',
    reason       TEXT NOT NULL DEFAULT '',    -- a code: why it is where it is
    because      TEXT NOT NULL DEFAULT '[]',  -- in words for an operator, JSON
    request_id   BYTEA REFERENCES requests (id),
    number       BIGINT,                      -- of the event on the request that it became
    filed_at     BIGINT,
    UNIQUE (mailbox_id, known_by)
);
CREATE INDEX mails_to_file ON mails (id) WHERE state = 'kept';
CREATE INDEX mails_waiting ON mails (mailbox_id, state, id) WHERE state IN ('aside', 'quarantined');
CREATE INDEX mails_by_request ON mails (request_id, id) WHERE request_id IS NOT NULL;
CREATE INDEX mails_known ON mails (known_by);
CREATE INDEX mails_by_file ON mails (file_hash);
CREATE INDEX mails_without_case ON mails (came_at) WHERE request_id IS NULL AND state IN ('filed', 'aside', 'quarantined');
CREATE INDEX mails_by_author ON mails (mailbox_id, from_address, came_at);

-- The ids of every mail of a case, ours and theirs: an answer to any of them finds it. `author` is empty for ours.
CREATE TABLE mail_ids (
    message_id TEXT NOT NULL,
    request_id BYTEA NOT NULL REFERENCES requests (id),
    mailbox_id BYTEA REFERENCES mailboxes (id),
    author     TEXT NOT NULL DEFAULT '',
    at         BIGINT NOT NULL,
    PRIMARY KEY (message_id, request_id)
);
CREATE INDEX mail_ids_by_author ON mail_ids (request_id, author, at);

-- Who stood in copy: they read what the unit answers, and may write into the case.
CREATE TABLE watchers (
    request_id BYTEA NOT NULL REFERENCES requests (id),
    address    TEXT NOT NULL,
    name       TEXT NOT NULL,
    since      BIGINT NOT NULL,
    PRIMARY KEY (request_id, address)
);
