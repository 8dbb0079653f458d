-- Full text: words are folded by search::words, so that both databases find the same.
CREATE TABLE search_documents (id INTEGER PRIMARY KEY, subject_id BYTEA NOT NULL UNIQUE, unit_id BYTEA NOT NULL);
CREATE VIRTUAL TABLE search_index USING fts5 (words, content = '', contentless_delete = 1, detail = 'none', tokenize = "unicode61 remove_diacritics 0 categories 'L* N* Co M*'");
