-- Full text: words are folded by search::words, so that both databases find the same.
CREATE TABLE search_documents (id INTEGER PRIMARY KEY, subject_id BYTEA NOT NULL UNIQUE, unit_id BYTEA NOT NULL, veiled_by BYTEA);
-- veiled_by is the service of a confidential request.
-- A beginning of a word is looked up as quickly as a word, however many words begin so.
CREATE VIRTUAL TABLE search_index USING fts5 (words, content = '', contentless_delete = 1, detail = 'none', prefix = '1 2 3 4 5 6 7 8', tokenize = "unicode61 remove_diacritics 0 categories 'L* N* Co M*'");
-- Rarer merges: at a million requests a post costs a third less, and a search a tenth of a millisecond more.
INSERT INTO search_index (search_index, rank) VALUES ('automerge', 16);
