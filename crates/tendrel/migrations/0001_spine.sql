-- The spine: who there is, what is offered, what was asked, what happened.
-- One dialect for SQLite and PostgreSQL: BIGINT for integers, instants in UTC microseconds and truth (0/1),
-- TEXT for words, JSON and dates (ISO 8601), BYTEA for UUIDv7 identifiers and hashes.

-- directory ---------------------------------------------------------------------------------------

CREATE TABLE places (
    code        TEXT PRIMARY KEY,
    kind        TEXT NOT NULL,
    parent_code TEXT REFERENCES places (code),
    name        TEXT NOT NULL,
    name_dz     TEXT NOT NULL DEFAULT '',
    aliases     TEXT NOT NULL DEFAULT ''
);

CREATE TABLE organisation_kinds (
    code    TEXT PRIMARY KEY,
    name    TEXT NOT NULL,
    name_dz TEXT NOT NULL DEFAULT '',
    rank    BIGINT NOT NULL
);

-- name, parent_id and unit_id are the values of today, kept beside their dated rows because every page shows them.
CREATE TABLE organisations (
    id         BYTEA PRIMARY KEY,
    key        TEXT NOT NULL UNIQUE,
    kind       TEXT NOT NULL REFERENCES organisation_kinds (code),
    name       TEXT NOT NULL,
    name_dz    TEXT NOT NULL DEFAULT '',
    short      TEXT NOT NULL DEFAULT '',
    folded     TEXT NOT NULL,
    parent_id  BYTEA REFERENCES organisations (id),
    unit_id    BYTEA REFERENCES organisations (id),
    place_code TEXT REFERENCES places (code),
    phone      TEXT NOT NULL DEFAULT '',
    fax        TEXT NOT NULL DEFAULT '',
    email      TEXT NOT NULL DEFAULT '',
    valid_from TEXT,
    valid_to   TEXT,
    version    BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX organisations_by_parent ON organisations (parent_id, name);
CREATE INDEX organisations_by_unit ON organisations (unit_id, name);
CREATE INDEX organisations_by_folded ON organisations (folded);
CREATE INDEX organisations_by_email ON organisations (email) WHERE email <> '';
CREATE INDEX organisations_by_kind ON organisations (kind, name, id);

CREATE TABLE organisation_names (
    organisation_id BYTEA NOT NULL REFERENCES organisations (id),
    name            TEXT NOT NULL,
    name_dz         TEXT NOT NULL DEFAULT '',
    short           TEXT NOT NULL DEFAULT '',
    valid_from      TEXT NOT NULL,
    valid_to        TEXT,
    PRIMARY KEY (organisation_id, valid_from)
);

CREATE TABLE organisation_parents (
    organisation_id BYTEA NOT NULL REFERENCES organisations (id),
    parent_id       BYTEA REFERENCES organisations (id),
    valid_from      TEXT NOT NULL,
    valid_to        TEXT,
    PRIMARY KEY (organisation_id, valid_from)
);

-- Every ancestor of every organisation, itself included at depth 0: a subtree is one indexed look-up.
CREATE TABLE organisation_ancestors (
    organisation_id BYTEA NOT NULL REFERENCES organisations (id),
    ancestor_id     BYTEA NOT NULL REFERENCES organisations (id),
    depth           BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, ancestor_id)
);
CREATE INDEX organisation_descendants ON organisation_ancestors (ancestor_id, depth);

-- Other spellings and earlier names, folded for matching: lower case, no marks, single spaces.
CREATE TABLE organisation_aliases (
    organisation_id BYTEA NOT NULL REFERENCES organisations (id),
    alias           TEXT NOT NULL,
    folded          TEXT NOT NULL,
    PRIMARY KEY (organisation_id, alias)
);
CREATE INDEX organisation_aliases_by_folded ON organisation_aliases (folded);

-- Each word of a name or alias, folded: "central" finds Kabjisa Central School without looking at all offices.
CREATE TABLE organisation_words (
    word            TEXT NOT NULL,
    organisation_id BYTEA NOT NULL REFERENCES organisations (id),
    PRIMARY KEY (word, organisation_id)
);
CREATE INDEX organisation_words_of ON organisation_words (organisation_id, word);

CREATE TABLE organisation_successions (
    predecessor_id BYTEA NOT NULL REFERENCES organisations (id),
    successor_id   BYTEA NOT NULL REFERENCES organisations (id),
    happened_on    TEXT NOT NULL,
    PRIMARY KEY (predecessor_id, successor_id)
);

CREATE TABLE units (
    organisation_id BYTEA PRIMARY KEY REFERENCES organisations (id),
    code            TEXT NOT NULL UNIQUE,
    calendar_code   TEXT NOT NULL,
    matrix_code     TEXT NOT NULL
);

-- The cluster of a unit: organisations it serves, each with everything below it unless a nearer row says otherwise.
CREATE TABLE clusters (
    unit_id         BYTEA NOT NULL REFERENCES units (organisation_id),
    organisation_id BYTEA NOT NULL REFERENCES organisations (id),
    valid_from      TEXT NOT NULL,
    valid_to        TEXT,
    PRIMARY KEY (organisation_id, valid_from)
);
CREATE INDEX clusters_by_unit ON clusters (unit_id);

CREATE TABLE persons (
    id                BYTEA PRIMARY KEY,
    employee_id       TEXT UNIQUE,
    name              TEXT NOT NULL,
    name_dz           TEXT NOT NULL DEFAULT '',
    folded            TEXT NOT NULL,
    working_agency_id BYTEA REFERENCES organisations (id),
    parent_agency_id  BYTEA REFERENCES organisations (id),
    phone             TEXT NOT NULL DEFAULT '',
    email             TEXT NOT NULL DEFAULT '',
    language          TEXT NOT NULL DEFAULT 'en',
    is_program        BIGINT NOT NULL DEFAULT 0,  -- stands for a program: in the log by name, in no list of people
    valid_to          TEXT,
    version           BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX persons_by_folded ON persons (folded);
CREATE INDEX persons_by_agency ON persons (working_agency_id, name);
CREATE INDEX persons_by_name ON persons (name, id);
CREATE INDEX persons_by_phone ON persons (phone);
CREATE INDEX persons_by_email ON persons (email);

-- Under what a person is found: words of the name, employee id, e-mail, and '~' with the digits of the telephone from
-- the last to the first, so that its ending is the beginning of a word.
CREATE TABLE person_words (
    word      TEXT NOT NULL,
    person_id BYTEA NOT NULL REFERENCES persons (id),
    PRIMARY KEY (word, person_id)
);
CREATE INDEX person_words_of ON person_words (person_id, word);

CREATE TABLE posts (
    person_id       BYTEA NOT NULL REFERENCES persons (id),
    organisation_id BYTEA NOT NULL REFERENCES organisations (id),
    title           TEXT NOT NULL,
    valid_from      TEXT NOT NULL,
    valid_to        TEXT,
    PRIMARY KEY (person_id, organisation_id, valid_from)
);

CREATE TABLE roles (
    code        TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    description TEXT NOT NULL
);

CREATE TABLE accounts (
    id            BYTEA PRIMARY KEY,
    person_id     BYTEA NOT NULL UNIQUE REFERENCES persons (id),
    username      TEXT NOT NULL UNIQUE,
    password_hash TEXT,
    single_keys   BIGINT NOT NULL DEFAULT 1,
    closed_at     BIGINT
);

CREATE TABLE grants (
    account_id      BYTEA NOT NULL REFERENCES accounts (id),
    role            TEXT NOT NULL REFERENCES roles (code),
    organisation_id BYTEA NOT NULL REFERENCES organisations (id),
    valid_from      TEXT NOT NULL,
    valid_to        TEXT,
    PRIMARY KEY (account_id, role, organisation_id, valid_from)
);
CREATE INDEX grants_by_organisation ON grants (organisation_id, role);

-- Who stands in for whom while they are away; what is ended early has its to_at moved.
CREATE TABLE delegations (
    id           BYTEA PRIMARY KEY,
    absent_id    BYTEA NOT NULL REFERENCES persons (id),
    stand_in_id  BYTEA NOT NULL REFERENCES persons (id),
    from_at      BIGINT NOT NULL,
    to_at        BIGINT NOT NULL,
    confidential BIGINT NOT NULL DEFAULT 0,   -- also what only named people see: ticked by the absent themselves
    made_by      TEXT NOT NULL,
    made_at      BIGINT NOT NULL
);
CREATE INDEX delegations_by_absent ON delegations (absent_id, to_at);
CREATE INDEX delegations_by_stand_in ON delegations (stand_in_id, to_at);

CREATE TABLE sessions (
    token_hash   BYTEA PRIMARY KEY,
    account_id   BYTEA NOT NULL REFERENCES accounts (id),
    created_at   BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    address      TEXT NOT NULL DEFAULT '',
    agent        TEXT NOT NULL DEFAULT '',
    is_new       BIGINT NOT NULL DEFAULT 0,   -- opened by a browser that the account was not known to use
    issuer       TEXT NOT NULL DEFAULT '',    -- the provider that vouched, its name for the person and for its session
    subject      TEXT NOT NULL DEFAULT '',
    sid          TEXT NOT NULL DEFAULT ''
);
CREATE INDEX sessions_by_account ON sessions (account_id);
CREATE INDEX sessions_by_issuer ON sessions (issuer, subject);

-- Browsers that an account came in by: by the cookie they carry, and by what they call themselves.
CREATE TABLE devices (
    account_id  BYTEA NOT NULL REFERENCES accounts (id),
    device_hash BYTEA NOT NULL,
    browser     TEXT NOT NULL,            -- "Firefox, Windows"
    last_at     BIGINT NOT NULL,
    PRIMARY KEY (account_id, device_hash)
);

-- Who a person is to a provider or a directory: its own name for them, so that an e-mail address that passes to
-- somebody else opens nothing.
CREATE TABLE identities (
    issuer     TEXT NOT NULL,
    subject    TEXT NOT NULL,
    account_id BYTEA NOT NULL REFERENCES accounts (id),
    created_at BIGINT NOT NULL,
    gone_at    BIGINT,                    -- no longer in the directory; the account was closed for it
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX identities_by_account ON identities (account_id);

-- Roles that a provider or a directory gave: only these it takes away again.
CREATE TABLE mapped_grants (
    account_id      BYTEA NOT NULL REFERENCES accounts (id),
    issuer          TEXT NOT NULL,
    role            TEXT NOT NULL REFERENCES roles (code),
    organisation_id BYTEA NOT NULL REFERENCES organisations (id),
    PRIMARY KEY (account_id, issuer, role, organisation_id)
);

-- On the way to a provider and back, once; the browser that was sent holds the secret that all else is made of.
CREATE TABLE provider_trips (
    state_hash BYTEA PRIMARY KEY,
    provider   TEXT NOT NULL,
    back       TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX provider_trips_by_age ON provider_trips (expires_at);

-- Tokens by which a provider ended sessions: none is taken twice.
CREATE TABLE logout_tokens (
    token_hash BYTEA PRIMARY KEY,
    expires_at BIGINT NOT NULL
);

-- What each comparison with the directory of people found and did.
CREATE TABLE people_syncs (
    id       BYTEA PRIMARY KEY,
    at       BIGINT NOT NULL,
    was_done BIGINT NOT NULL,              -- 0: looked at only, stopped, or failed
    fault    TEXT NOT NULL,                -- why it was stopped or failed
    outcome  TEXT NOT NULL                 -- counts and lines, JSON
);
CREATE INDEX people_syncs_by_age ON people_syncs (at);

CREATE TABLE sign_in_failures (
    subject TEXT NOT NULL,
    at      BIGINT NOT NULL
);
CREATE INDEX sign_in_failures_by_subject ON sign_in_failures (subject, at);
CREATE INDEX sign_in_failures_by_age ON sign_in_failures (at);

-- What opens an account once: a link for setting a password, a link for signing in, the step between password and code.
CREATE TABLE entry_links (
    token_hash BYTEA PRIMARY KEY,
    account_id BYTEA NOT NULL REFERENCES accounts (id),
    purpose    TEXT NOT NULL,             -- password, sign_in, code, enrol, end_session
    back       TEXT NOT NULL DEFAULT '',  -- the page that was wanted
    came_by    TEXT NOT NULL DEFAULT '',  -- how the first proof was given, JSON
    expires_at BIGINT NOT NULL
);
CREATE INDEX entry_links_by_account ON entry_links (account_id, purpose);
CREATE INDEX entry_links_by_age ON entry_links (expires_at);

CREATE TABLE api_tokens (
    id           BYTEA PRIMARY KEY,
    account_id   BYTEA NOT NULL REFERENCES accounts (id),
    name         TEXT NOT NULL,
    scope        TEXT NOT NULL,           -- read, write, all
    token_hash   BYTEA NOT NULL UNIQUE,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    last_used_at BIGINT
);
CREATE INDEX api_tokens_by_account ON api_tokens (account_id);

-- Codes that change every half minute: an account with a row is asked for one.
CREATE TABLE code_secrets (
    account_id BYTEA PRIMARY KEY REFERENCES accounts (id),
    secret     BYTEA NOT NULL,               -- sealed by a key that is not in the database
    key_name   TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_step  BIGINT NOT NULL               -- the half minute of the last code: none holds twice
);
CREATE TABLE recovery_codes (
    code_hash  BYTEA PRIMARY KEY,
    account_id BYTEA NOT NULL REFERENCES accounts (id)
);
CREATE INDEX recovery_codes_by_account ON recovery_codes (account_id);

CREATE TABLE passkeys (
    credential_id BYTEA PRIMARY KEY,
    account_id    BYTEA NOT NULL REFERENCES accounts (id),
    name          TEXT NOT NULL,
    public_key    BYTEA NOT NULL,          -- the point of P-256, uncompressed
    uses          BIGINT NOT NULL,         -- the authenticator's own count; 0 where it keeps none
    created_at    BIGINT NOT NULL,
    last_used_at  BIGINT
);
CREATE INDEX passkeys_by_account ON passkeys (account_id);

-- What an authenticator is asked to sign, once; account_id is empty until it says whose it is.
CREATE TABLE passkey_challenges (
    challenge_hash BYTEA PRIMARY KEY,
    account_id     BYTEA REFERENCES accounts (id),
    expires_at     BIGINT NOT NULL
);
CREATE INDEX passkey_challenges_by_age ON passkey_challenges (expires_at);

-- working time --------------------------------------------------------------------------------------

-- data is working_time::CalendarData as JSON, without its holidays: those are rows, because they come late.
CREATE TABLE calendars (
    code              TEXT PRIMARY KEY,
    name              TEXT NOT NULL,
    data              TEXT NOT NULL,
    observes_holidays BIGINT NOT NULL DEFAULT 1,
    version           BIGINT NOT NULL DEFAULT 1
);

CREATE TABLE holidays (
    day     TEXT NOT NULL,
    scope   TEXT NOT NULL,              -- '' is the whole country, otherwise a place
    name    TEXT NOT NULL,
    name_dz TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (day, scope, name)
);

-- catalogue -----------------------------------------------------------------------------------------

CREATE TABLE impacts    (level BIGINT PRIMARY KEY, name TEXT NOT NULL, question TEXT NOT NULL);
CREATE TABLE urgencies  (level BIGINT PRIMARY KEY, name TEXT NOT NULL, question TEXT NOT NULL);
CREATE TABLE priorities (level BIGINT PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE priority_matrix (
    matrix_code TEXT NOT NULL,
    impact      BIGINT NOT NULL,
    urgency     BIGINT NOT NULL,
    priority    BIGINT NOT NULL,
    PRIMARY KEY (matrix_code, impact, urgency)
);
CREATE TABLE hold_reasons (
    code             TEXT PRIMARY KEY,
    name             TEXT NOT NULL,
    waits_for        TEXT NOT NULL,
    comment_required BIGINT NOT NULL,
    pauses           BIGINT NOT NULL,
    sort             BIGINT NOT NULL
);
CREATE TABLE causes (code TEXT PRIMARY KEY, name TEXT NOT NULL, sort BIGINT NOT NULL);
CREATE TABLE look_reasons (code TEXT PRIMARY KEY, name TEXT NOT NULL, sort BIGINT NOT NULL);

CREATE TABLE services (
    id          BYTEA PRIMARY KEY,
    code        TEXT NOT NULL UNIQUE,
    version     BIGINT NOT NULL,
    withdrawn   BIGINT NOT NULL DEFAULT 0
);

-- What a service promised and asked at a time; definition is desk::service::Definition as JSON.
CREATE TABLE service_versions (
    service_id BYTEA NOT NULL REFERENCES services (id),
    version    BIGINT NOT NULL,
    valid_from BIGINT NOT NULL,
    changed_by TEXT NOT NULL,
    definition TEXT NOT NULL,
    PRIMARY KEY (service_id, version)
);

-- Who sees the requests of a confidential service, besides those who asked.
CREATE TABLE service_people (
    service_id BYTEA NOT NULL REFERENCES services (id),
    person_id  BYTEA NOT NULL REFERENCES persons (id),
    named_at   BIGINT NOT NULL,
    PRIMARY KEY (service_id, person_id)
);
CREATE INDEX service_people_by_person ON service_people (person_id, service_id);

CREATE TABLE service_levels (
    service_id         BYTEA NOT NULL REFERENCES services (id),
    priority           BIGINT NOT NULL,
    response_amount    BIGINT NOT NULL,
    response_measure   TEXT NOT NULL,   -- minutes, working_hours, working_days
    resolution_amount  BIGINT NOT NULL,
    resolution_measure TEXT NOT NULL,
    calendar_code      TEXT NOT NULL DEFAULT '',  -- '' is the unit's own
    sample             BIGINT NOT NULL DEFAULT 0,
    valid_from         TEXT NOT NULL,
    valid_to           TEXT,
    PRIMARY KEY (service_id, priority, valid_from)
);

-- What is usual, measured by a job; the charter shows it beside the promise.
CREATE TABLE service_usual (
    unit_id        BYTEA NOT NULL,
    service_id     BYTEA NOT NULL REFERENCES services (id),
    cases          BIGINT NOT NULL,
    median_seconds BIGINT NOT NULL,
    p90_seconds    BIGINT NOT NULL,
    within         BIGINT NOT NULL,
    measured_at    BIGINT NOT NULL,
    PRIMARY KEY (unit_id, service_id)
);

-- requests ------------------------------------------------------------------------------------------

CREATE TABLE number_counters (
    unit_code TEXT NOT NULL,
    year      BIGINT NOT NULL,
    last      BIGINT NOT NULL,
    PRIMARY KEY (unit_code, year)
);

CREATE TABLE requests (
    id                  BYTEA PRIMARY KEY,
    number              TEXT NOT NULL UNIQUE,
    unit_id             BYTEA NOT NULL REFERENCES units (organisation_id),
    service_id          BYTEA NOT NULL REFERENCES services (id),
    service_version     BIGINT NOT NULL,
    kind                TEXT NOT NULL,
    subject             TEXT NOT NULL,
    description         TEXT NOT NULL,
    answers             TEXT NOT NULL,
    language            TEXT NOT NULL,
    channel             TEXT NOT NULL,
    office_id           BYTEA REFERENCES organisations (id),
    office_text         TEXT NOT NULL DEFAULT '',
    requester_id        BYTEA REFERENCES persons (id),
    requester_name      TEXT NOT NULL,
    requester_phone     TEXT NOT NULL DEFAULT '',
    requester_email     TEXT NOT NULL DEFAULT '',
    entered_by          BYTEA REFERENCES persons (id),
    received_at         BIGINT NOT NULL,
    entered_at          BIGINT NOT NULL,
    complete_at         BIGINT,
    state               TEXT NOT NULL,
    is_open             BIGINT NOT NULL,   -- new, in progress or on hold
    hold_reason         TEXT REFERENCES hold_reasons (code),
    impact              BIGINT NOT NULL,
    urgency             BIGINT NOT NULL,
    priority            BIGINT NOT NULL,
    assignee_id         BYTEA REFERENCES persons (id),
    responded_at        BIGINT,
    resolved_at         BIGINT,
    closed_at           BIGINT,
    cause               TEXT REFERENCES causes (code),
    resolution          TEXT NOT NULL DEFAULT '',
    reassigned          BIGINT NOT NULL DEFAULT 0,
    reopened            BIGINT NOT NULL DEFAULT 0,
    rating              BIGINT,
    rating_comment      TEXT NOT NULL DEFAULT '',
    follows_id          BYTEA REFERENCES requests (id),  -- a new request made from a closed one
    follow_hash         BYTEA NOT NULL UNIQUE,
    version             BIGINT NOT NULL,
    -- the promise: computed from events, calendar and service level; may be thrown away and computed again
    response_due_at     BIGINT,
    response_warn_at    BIGINT,
    response_late       BIGINT NOT NULL DEFAULT 0,
    resolution_due_at   BIGINT,
    resolution_warn_at  BIGINT,
    resolution_late     BIGINT NOT NULL DEFAULT 0,
    resolution_used     BIGINT NOT NULL DEFAULT 0,  -- working seconds, holds left out
    resolution_target   BIGINT,                     -- working seconds
    queue_at            BIGINT NOT NULL,            -- where it stands in the queue: due first, paused last
    next_clock_at       BIGINT,
    -- where the time went, in working seconds: stored when the request is resolved
    seconds_new         BIGINT NOT NULL DEFAULT 0,
    seconds_in_progress BIGINT NOT NULL DEFAULT 0,
    seconds_on_hold     BIGINT NOT NULL DEFAULT 0,
    source              TEXT NOT NULL DEFAULT '',   -- where an imported request comes from
    -- retention: nothing is removed of a case that is kept; of one that was anonymised nothing changes any more
    kept_since          BIGINT,
    kept_by             TEXT NOT NULL DEFAULT '',
    kept_why            TEXT NOT NULL DEFAULT '',
    forgotten_at        BIGINT,
    confidential        BIGINT NOT NULL DEFAULT 0   -- seen by the people of service_people and the one who asked
);
CREATE INDEX requests_to_forget ON requests (closed_at, id) WHERE closed_at IS NOT NULL AND forgotten_at IS NULL;
-- The columns after id are for Today, which shows what each officer has in hand.
CREATE INDEX requests_queue ON requests (unit_id, queue_at, id, assignee_id, state, response_late, responded_at,
    resolution_late, confidential) WHERE is_open = 1;
CREATE INDEX requests_on_hold ON requests (unit_id, hold_reason) WHERE state = 'on_hold';
CREATE INDEX requests_opened_again ON requests (unit_id, queue_at, id) WHERE is_open = 1 AND reopened > 0;
CREATE INDEX requests_queue_everywhere ON requests (queue_at, id) WHERE is_open = 1;
CREATE INDEX requests_mine ON requests (assignee_id, queue_at, id) WHERE is_open = 1;
-- The columns after id are for the analysis, which counts thirteen months without touching the rows.
CREATE INDEX requests_by_unit ON requests (unit_id, received_at, id, service_id, confidential);
CREATE INDEX requests_received ON requests (received_at, id, service_id, unit_id, confidential);
CREATE INDEX requests_by_office ON requests (office_id, received_at, id);
CREATE INDEX requests_by_requester ON requests (requester_id, received_at, id);
CREATE INDEX requests_by_service ON requests (service_id, received_at, id);
CREATE INDEX requests_resolved ON requests (unit_id, resolved_at, id, service_id, received_at, state, resolution_late,
    resolution_target, resolution_used, seconds_new, seconds_in_progress, confidential) WHERE resolved_at IS NOT NULL;
CREATE INDEX requests_resolved_everywhere ON requests (resolved_at, id, service_id, unit_id, received_at, state,
    resolution_late, resolution_target, resolution_used, seconds_new, seconds_in_progress, confidential)
    WHERE resolved_at IS NOT NULL;
CREATE INDEX requests_resolved_by_office ON requests (office_id, resolved_at, id) WHERE resolved_at IS NOT NULL;
-- Withdrawn, or closed on another desk that did not write down when it was resolved.
CREATE INDEX requests_ended_unresolved ON requests (unit_id, closed_at, id, received_at, confidential)
    WHERE resolved_at IS NULL AND closed_at IS NOT NULL;
CREATE INDEX requests_ended_unresolved_everywhere ON requests (closed_at, id, unit_id, received_at, confidential)
    WHERE resolved_at IS NULL AND closed_at IS NOT NULL;
-- An import that runs twice adds nothing.
CREATE UNIQUE INDEX requests_source ON requests (source) WHERE source <> '';
CREATE INDEX requests_clocks ON requests (next_clock_at) WHERE next_clock_at IS NOT NULL;
CREATE INDEX requests_to_close ON requests (resolved_at) WHERE state = 'resolved';
CREATE INDEX requests_follows ON requests (follows_id) WHERE follows_id IS NOT NULL;
CREATE INDEX requests_open_matter ON requests (office_id, service_id) WHERE is_open = 1;

-- A hold without a reason is the time between being resolved and being opened again: it counts for nobody.
CREATE TABLE holds (
    request_id BYTEA NOT NULL REFERENCES requests (id),
    from_at    BIGINT NOT NULL,
    to_at      BIGINT,
    reason     TEXT REFERENCES hold_reasons (code),
    comment    TEXT NOT NULL DEFAULT '',
    pauses     BIGINT NOT NULL,
    PRIMARY KEY (request_id, from_at)
);

-- Who opened a request of which they are not a part: the centre, with its reason, and auditors, without one.
CREATE TABLE looks (
    request_id BYTEA NOT NULL REFERENCES requests (id),
    person_id  BYTEA NOT NULL REFERENCES persons (id),
    until_at   BIGINT NOT NULL,               -- the end of that day
    at         BIGINT NOT NULL,
    reason     TEXT REFERENCES look_reasons (code),
    words      TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (request_id, person_id, until_at)
);

-- What was said: replies everybody on the case sees, notes only the unit sees.
CREATE TABLE messages (
    id          BYTEA PRIMARY KEY,
    request_id  BYTEA NOT NULL REFERENCES requests (id),
    at          BIGINT NOT NULL,
    author_id   BYTEA REFERENCES persons (id),
    author_name TEXT NOT NULL,
    inside      BIGINT NOT NULL,
    body        TEXT NOT NULL
);
CREATE INDEX messages_by_request ON messages (request_id, id);

CREATE TABLE files (
    hash       BYTEA PRIMARY KEY,
    size       BIGINT NOT NULL,
    media_type TEXT NOT NULL,
    stored_at  BIGINT NOT NULL
);

CREATE TABLE attachments (
    id         BYTEA PRIMARY KEY,
    request_id BYTEA NOT NULL REFERENCES requests (id),
    file_hash  BYTEA NOT NULL REFERENCES files (hash),
    name       TEXT NOT NULL,
    inside     BIGINT NOT NULL DEFAULT 0,
    at         BIGINT NOT NULL,
    by_name    TEXT NOT NULL
);
CREATE INDEX attachments_by_request ON attachments (request_id, id);
CREATE INDEX attachments_by_file ON attachments (file_hash);

-- Kept, not counted: open, unassigned, on_hold, late and so on of a unit or of a person. Confidential requests are kept
-- apart, under the name with their service: "open/01a2…".
CREATE TABLE counters (
    owner_id BYTEA NOT NULL,
    name     TEXT NOT NULL,
    value    BIGINT NOT NULL,
    PRIMARY KEY (owner_id, name)
);

CREATE TABLE saved_views (
    id         BYTEA PRIMARY KEY,
    account_id BYTEA NOT NULL REFERENCES accounts (id),
    name       TEXT NOT NULL,
    query      TEXT NOT NULL
);
CREATE INDEX saved_views_by_account ON saved_views (account_id, name);

CREATE TABLE notices (
    id         BYTEA PRIMARY KEY,
    person_id  BYTEA NOT NULL REFERENCES persons (id),
    at         BIGINT NOT NULL,
    kind       TEXT NOT NULL,
    request_id BYTEA REFERENCES requests (id),
    service_id BYTEA REFERENCES services (id),  -- of a notice that is about a service
    words      TEXT NOT NULL DEFAULT '',
    read_at    BIGINT
);
CREATE INDEX notices_unread ON notices (person_id, id) WHERE read_at IS NULL;
CREATE INDEX notices_by_person ON notices (person_id, id);

CREATE TABLE idempotency_keys (
    account_id   BYTEA NOT NULL,
    key          TEXT NOT NULL,
    request_hash BYTEA NOT NULL,
    subject_id   BYTEA NOT NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (account_id, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

-- How long what is kept, with dates; `what` is retention::rule::What. A rule for a service goes before one for a kind.
CREATE TABLE retention_rules (
    id           BYTEA PRIMARY KEY,
    what         TEXT NOT NULL,
    kind         TEXT NOT NULL DEFAULT '',  -- of requests: incident, service_request; '' is every kind
    service_code TEXT NOT NULL DEFAULT '',  -- '' is every service
    days         BIGINT NOT NULL,
    reason       TEXT NOT NULL,             -- why so long: the law or the order it stands in
    valid_from   TEXT NOT NULL,
    valid_to     TEXT,
    changed_by   TEXT NOT NULL
);

-- What was removed, without a word of what it was.
CREATE TABLE retention_runs (
    id         BYTEA PRIMARY KEY,
    started_at BIGINT NOT NULL,
    ended_at   BIGINT,
    begun_by   TEXT NOT NULL
);
CREATE TABLE retention_removals (
    run_id  BYTEA NOT NULL REFERENCES retention_runs (id),
    rule_id BYTEA NOT NULL REFERENCES retention_rules (id),
    removed BIGINT NOT NULL,
    PRIMARY KEY (run_id, rule_id)
);

-- The event log: number counts the events of one subject from 1, without a gap.
CREATE TABLE events (
    subject_id BYTEA NOT NULL,
    number     BIGINT NOT NULL,
    subject    TEXT NOT NULL,             -- what kind of thing: request, organisation, person, service, holiday
    at         BIGINT NOT NULL,           -- when it happened; a letter may be entered days later
    written_at BIGINT NOT NULL,
    actor_id   BYTEA,
    actor      TEXT NOT NULL,
    activity   TEXT NOT NULL,
    detail     TEXT NOT NULL,
    salt       BYTEA NOT NULL,            -- hashed with what may name a person, so that its hash cannot be guessed
    taken_out  TEXT,                      -- where parts were removed: what proves the rest, events::content
    hash       BYTEA NOT NULL,            -- of this event and the one before: events::chain
    PRIMARY KEY (subject_id, number)
);

CREATE INDEX events_of_accounts ON events (at) WHERE subject = 'account' AND taken_out IS NULL;

CREATE INDEX events_of_exports ON events (at) WHERE subject = 'export';

-- For live pages: what was written since a moment.
CREATE INDEX events_written ON events (written_at, subject_id, number);

-- Events that no checkpoint covers yet; of a history that was loaded at once only the last.
CREATE TABLE events_unsealed (
    subject_id BYTEA NOT NULL,
    number     BIGINT NOT NULL,
    PRIMARY KEY (subject_id, number)
);

-- Where each chain of events stood at the last checkpoint. A bucket is one of 65,536 leaves of the tree over them all.
CREATE TABLE sealed_chains (
    subject_id BYTEA PRIMARY KEY,
    bucket     BIGINT NOT NULL,
    number     BIGINT NOT NULL,
    hash       BYTEA NOT NULL,
    subject    TEXT NOT NULL,
    name       TEXT NOT NULL,             -- the number of a request, so that one can be named that was taken out whole
    actor_id   BYTEA                      -- of the last event
);
CREATE INDEX sealed_chains_by_bucket ON sealed_chains (bucket, subject_id);

CREATE TABLE sealed_buckets (
    bucket BIGINT PRIMARY KEY,
    hash   BYTEA NOT NULL,
    chains BIGINT NOT NULL,
    events BIGINT NOT NULL
);

CREATE TABLE checkpoints (
    number     BIGINT PRIMARY KEY,
    at         BIGINT NOT NULL,
    root       BYTEA NOT NULL,
    chains     BIGINT NOT NULL,
    events     BIGINT NOT NULL,
    previous   BYTEA NOT NULL,            -- hash of the statement of the checkpoint before
    public_key BYTEA NOT NULL,
    signature  BYTEA NOT NULL
);

-- Chains that did not continue what had been sealed when the next checkpoint came to them.
CREATE TABLE broken_chains (
    subject_id BYTEA PRIMARY KEY,
    found_at   BIGINT NOT NULL,
    name       TEXT NOT NULL,
    reason     TEXT NOT NULL
);

CREATE TABLE jobs (
    id         BYTEA PRIMARY KEY,
    kind       TEXT NOT NULL,
    payload    TEXT NOT NULL,
    run_at     BIGINT NOT NULL,
    attempts   BIGINT NOT NULL DEFAULT 0,
    taken_by   TEXT,
    taken_at   BIGINT,
    gave_up_at BIGINT,
    last_error TEXT NOT NULL DEFAULT ''
);
CREATE INDEX jobs_due ON jobs (run_at) WHERE gave_up_at IS NULL;
CREATE INDEX jobs_given_up ON jobs (gave_up_at, id) WHERE gave_up_at IS NOT NULL;

CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL);

-- Backups that were made, or could not be: what the operator's page shows.
CREATE TABLE backups (
    made_at   BIGINT PRIMARY KEY,
    place     TEXT NOT NULL,
    size      BIGINT NOT NULL,
    proven_at BIGINT,                     -- when it was last restored for a check, and found whole
    fault     TEXT NOT NULL DEFAULT ''
);
