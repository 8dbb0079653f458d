-- What a unit tells everybody: that something does not work, will be worked on, or is new.
CREATE TABLE news (
    id           BYTEA PRIMARY KEY,
    unit_id      BYTEA REFERENCES organisations (id),  -- NULL: it is for all units
    kind         TEXT NOT NULL,           -- interruption, maintenance, information
    title        TEXT NOT NULL,
    title_dz     TEXT NOT NULL,
    body         TEXT NOT NULL,
    body_dz      TEXT NOT NULL,
    services     TEXT NOT NULL,           -- codes of those it touches, with spaces between
    from_at      BIGINT NOT NULL,
    to_at        BIGINT,                  -- when it is expected to be over
    ended_at     BIGINT,                  -- when somebody said that it is
    published_at BIGINT NOT NULL,
    changed_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL
);
CREATE INDEX news_published ON news (published_at, id);
CREATE INDEX news_open ON news (from_at, id) WHERE ended_at IS NULL;
