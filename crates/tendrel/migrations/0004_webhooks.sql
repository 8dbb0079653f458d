-- Programs elsewhere that are told what happens to requests.
CREATE TABLE webhook_endpoints (
    id            BYTEA PRIMARY KEY,
    name          TEXT NOT NULL,
    url           TEXT NOT NULL,
    unit_id       BYTEA REFERENCES organisations (id),  -- whose requests; NULL: those of all units
    activities    TEXT NOT NULL,             -- which events, with spaces between
    made_by       BYTEA NOT NULL REFERENCES persons (id),
    made_at       BIGINT NOT NULL,
    version       BIGINT NOT NULL,
    secret        BYTEA NOT NULL,            -- sealed: vault.rs
    key_name      TEXT NOT NULL,
    old_secret    BYTEA,                     -- signs too until old_until
    old_key_name  TEXT,
    old_until     BIGINT,
    off_at        BIGINT,
    off_why       TEXT NOT NULL,             -- by_hand, failures, gone; empty while it is on
    read_to       BIGINT NOT NULL,           -- up to when the events were looked through
    failures      BIGINT NOT NULL,           -- in a row
    failing_since BIGINT
);

-- One row for each event and endpoint; the first two of its key say which event, so that none is told twice.
CREATE TABLE webhook_deliveries (
    id             BYTEA PRIMARY KEY,
    endpoint_id    BYTEA NOT NULL REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
    subject_id     BYTEA NOT NULL,
    number         BIGINT NOT NULL,
    activity       TEXT NOT NULL,
    request_number TEXT NOT NULL,            -- empty for a trial
    body           TEXT NOT NULL,            -- what is signed and sent, the same each time
    happened_at    BIGINT NOT NULL,
    next_at        BIGINT,                   -- NULL when it is over
    taken_at       BIGINT,                   -- somebody is sending it
    attempts       BIGINT NOT NULL,          -- of this round; all of them are in webhook_attempts
    outcome        TEXT NOT NULL,            -- waiting, delivered, given_up, withheld
    ended_at       BIGINT
);
CREATE UNIQUE INDEX webhook_deliveries_event ON webhook_deliveries (endpoint_id, subject_id, number);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint_id, next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX webhook_deliveries_log ON webhook_deliveries (endpoint_id, happened_at, id);
CREATE INDEX webhook_deliveries_ended ON webhook_deliveries (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE webhook_attempts (
    delivery_id BYTEA NOT NULL REFERENCES webhook_deliveries (id) ON DELETE CASCADE,
    number      BIGINT NOT NULL,
    at          BIGINT NOT NULL,
    took_ms     BIGINT NOT NULL,
    status      BIGINT,                      -- NULL when there was no answer
    answer      TEXT NOT NULL,               -- its first kilobyte, or why there was none
    PRIMARY KEY (delivery_id, number)
);
