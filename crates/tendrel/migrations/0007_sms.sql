-- What the desk says by SMS: a second way for the notices of 0003.

-- The one gateway; without a row there is none, and nothing is sent.
CREATE TABLE sms_gateway (
    id        BIGINT PRIMARY KEY,            -- 1
    version   BIGINT NOT NULL,
    is_on     BIGINT NOT NULL,
    settings  TEXT NOT NULL,                 -- JSON: gateway.rs
    secret    BYTEA,                         -- sealed: vault.rs
    key_name  TEXT,
    next_at   BIGINT NOT NULL,               -- not before this: the pace, and pauses after failures
    failures  BIGINT NOT NULL,               -- in a row
    refuses   BIGINT NOT NULL,               -- the last of them was a refusal: it is not tried again by itself
    paused_at BIGINT                         -- after many failures
);

CREATE TABLE sms_messages (
    id         BYTEA PRIMARY KEY,            -- what the gateway is given to know it again
    once       BYTEA NOT NULL UNIQUE,        -- of what it tells, of its kind and its number: told twice, sent once
    request_id BYTEA REFERENCES requests (id),  -- empty for a try
    number     BIGINT NOT NULL,              -- of the event it tells
    kind       TEXT NOT NULL,
    phone      TEXT NOT NULL,                -- country code and digits
    person_id  BYTEA REFERENCES persons (id),
    language   TEXT NOT NULL,
    words      TEXT NOT NULL,                -- with a place where the secret link will stand
    parts      BIGINT NOT NULL,              -- what is paid for
    state      TEXT NOT NULL,                -- waiting, sent, failed
    made_at    BIGINT NOT NULL,
    send_at    BIGINT NOT NULL,
    taken_at   BIGINT,
    attempts   BIGINT NOT NULL DEFAULT 0,
    ended_at   BIGINT,
    why        TEXT NOT NULL DEFAULT '',     -- it was not sent
    answer     TEXT NOT NULL DEFAULT ''      -- what the gateway said last
);
CREATE INDEX sms_waiting ON sms_messages (send_at) WHERE state = 'waiting';
CREATE INDEX sms_by_request ON sms_messages (request_id, id);
CREATE INDEX sms_by_phone ON sms_messages (phone, made_at);
CREATE INDEX sms_made ON sms_messages (made_at);
CREATE INDEX sms_ended ON sms_messages (ended_at);

-- Kinds that somebody wants by SMS, with spaces between.
ALTER TABLE letter_choices ADD COLUMN sms TEXT NOT NULL DEFAULT '';

-- The one who asked wants to be told of this request by SMS.
ALTER TABLE requests ADD COLUMN by_sms BIGINT NOT NULL DEFAULT 0;
