-- What the desk said by e-mail, and how it is written.

CREATE TABLE letters (
    id         BYTEA PRIMARY KEY,
    once       BYTEA NOT NULL UNIQUE,         -- of what it tells, of its kind and its address: told twice, sent once
    request_id BYTEA REFERENCES requests (id),  -- empty for a digest
    number     BIGINT NOT NULL,               -- of the event it tells; of a digest 0
    kind       TEXT NOT NULL,
    address    TEXT NOT NULL,
    name       TEXT NOT NULL,
    person_id  BYTEA REFERENCES persons (id),
    language   TEXT NOT NULL,
    subject    TEXT NOT NULL,
    words      TEXT NOT NULL,                 -- JSON of its blocks, with places where the secret link will stand
    message_id TEXT NOT NULL,
    automatic  BIGINT NOT NULL,               -- nobody wrote it: the limits count it
    state      TEXT NOT NULL,                 -- waiting, sent, failed, bounced, stopped
    made_at    BIGINT NOT NULL,
    send_at    BIGINT NOT NULL,
    taken_at   BIGINT,
    attempts   BIGINT NOT NULL DEFAULT 0,
    sent_at    BIGINT,
    fault      TEXT NOT NULL DEFAULT ''
);
CREATE INDEX letters_waiting ON letters (send_at) WHERE state = 'waiting';
CREATE INDEX letters_stopped ON letters (made_at) WHERE state = 'stopped';
CREATE INDEX letters_by_request ON letters (request_id, id);
CREATE INDEX letters_by_address ON letters (address, made_at);
CREATE INDEX letters_made ON letters (made_at) WHERE automatic = 1;
CREATE INDEX letters_by_message ON letters (message_id);

-- Other secret links to a request than the one it was made with: each letter has its own, for a time.
CREATE TABLE follow_links (
    secret_hash BYTEA PRIMARY KEY,
    request_id  BYTEA NOT NULL REFERENCES requests (id),
    expires_at  BIGINT NOT NULL
);
CREATE INDEX follow_links_by_request ON follow_links (request_id);
CREATE INDEX follow_links_by_age ON follow_links (expires_at);

-- Words that were changed here; the last version holds. An empty one goes back to the words the program came with.
CREATE TABLE letter_words (
    kind     TEXT NOT NULL,
    language TEXT NOT NULL,
    version  BIGINT NOT NULL,
    words    TEXT NOT NULL,
    at       BIGINT NOT NULL,
    by_name  TEXT NOT NULL,
    PRIMARY KEY (kind, language, version)
);

-- What somebody chose; without a row everything is sent at once, and no digest.
CREATE TABLE letter_choices (
    person_id  BYTEA PRIMARY KEY REFERENCES persons (id),
    off        TEXT NOT NULL,                 -- kinds that are not sent, with spaces between
    digest     BIGINT NOT NULL,
    quiet_from BIGINT,                        -- minutes of the day
    quiet_to   BIGINT
);

-- How fast a domain is written to: not before next_at; after failures in growing pauses.
CREATE TABLE letter_domains (
    domain   TEXT PRIMARY KEY,
    next_at  BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    fault    TEXT NOT NULL
);
