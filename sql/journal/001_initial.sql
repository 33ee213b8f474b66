-- The journal (docs/journal.md). Jobs append to it with any SQLite since 3.8, so: plain tables, old functions only.
-- Also by hand, on a file that is not there yet:  sqlite3 -bail journal.db < 001_initial.sql
--
-- An IN with more than two values would build a table for each row that is inserted, and take longer than all the rest: hence the ORs.
--
-- CHECKs say what a column holds. The triggers refuse the same and more, with a sentence, for two reasons: INSERT OR IGNORE skips a row that fails a
-- CHECK without a word, but nothing silences RAISE; and a job that is refused should read why.

PRAGMA auto_vacuum = INCREMENTAL;    -- so that `partmark prune` can make the file smaller; only a file without tables takes it
PRAGMA journal_mode = WAL;           -- in the file from here on; nothing to do inside a transaction when it is so already
PRAGMA application_id = 1886678379;  -- "ptmk": this file is becoming a journal; user_version, last, says that it is one

CREATE TABLE journal_identity (
  one                   INTEGER PRIMARY KEY DEFAULT 1 CHECK (one = 1),
  uuid                  TEXT    NOT NULL DEFAULT (lower(hex(randomblob(16)))) CHECK (typeof(uuid) = 'text' AND length(uuid) = 32),
  created_at            TEXT    NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')) CHECK (typeof(created_at) = 'text'),
  -- Rows with seq up to here may have been deleted, by the pruner, which moves the number in the same transaction.
  plans_pruned_through  INTEGER NOT NULL DEFAULT 0 CHECK (typeof(plans_pruned_through) = 'integer' AND plans_pruned_through >= 0),
  tables_pruned_through INTEGER NOT NULL DEFAULT 0 CHECK (typeof(tables_pruned_through) = 'integer' AND tables_pruned_through >= 0)
);

INSERT INTO journal_identity DEFAULT VALUES;

CREATE TABLE plan_completion (
  seq         INTEGER PRIMARY KEY AUTOINCREMENT CONSTRAINT "seq: leave it out, the journal numbers its records" CHECK (seq > 0),
  plan        TEXT NOT NULL CHECK (typeof(plan) = 'text'),
  granularity TEXT CHECK (typeof(granularity) IN ('text', 'null')
                          AND (granularity = 'MINUTE' OR granularity = 'HOUR' OR granularity = 'DAY' OR granularity = 'WEEK'
                               OR granularity = 'MONTH' OR granularity = 'QUARTER' OR granularity = 'YEAR')),
  first       TEXT CHECK (typeof(first) IN ('text', 'null')),  -- the start of the first partition
  last        TEXT CHECK (typeof(last) IN ('text', 'null')),   -- the start of the last one; NULL: first
  outcome     TEXT NOT NULL CHECK (typeof(outcome) = 'text' AND (outcome = 'success' OR outcome = 'failed' OR outcome = 'cleared')),
  run_type    TEXT CHECK (typeof(run_type) IN ('text', 'null')),
  job         TEXT CHECK (typeof(job) IN ('text', 'null')),
  dedupe_key  TEXT UNIQUE CHECK (typeof(dedupe_key) IN ('text', 'null')),
  recorded_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')) CHECK (typeof(recorded_at) = 'text'),
  -- Partitions, or (all three NULL) a full refresh, which cannot be cleared.
  CHECK ((granularity IS NOT NULL AND first IS NOT NULL)
         OR (granularity IS NULL AND first IS NULL AND last IS NULL AND outcome <> 'cleared'))
);

CREATE TABLE table_completion (
  seq         INTEGER PRIMARY KEY AUTOINCREMENT CONSTRAINT "seq: leave it out, the journal numbers its records" CHECK (seq > 0),
  table_name  TEXT NOT NULL CHECK (typeof(table_name) = 'text'),  -- source.`catalog.schema`.table
  partition   TEXT NOT NULL CHECK (typeof(partition) = 'text'),   -- YYYY-MM-DD
  outcome     TEXT NOT NULL CHECK (typeof(outcome) = 'text' AND outcome IN ('success', 'failed')),
  job         TEXT CHECK (typeof(job) IN ('text', 'null')),
  dedupe_key  TEXT UNIQUE CHECK (typeof(dedupe_key) IN ('text', 'null')),
  recorded_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')) CHECK (typeof(recorded_at) = 'text')
);

-- What a statement's OR clause does to INSERTs in a trigger is the one thing that tells OR REPLACE from the others: see the triggers *_replace.
CREATE TABLE journal_refusal (
  reason TEXT,
  CONSTRAINT "this dedupe_key is recorded already, and a record cannot be replaced" CHECK (reason IS NULL)
);

-- A BEFORE trigger sees -1 for a number that SQLite will choose; an explicit -1 falls to CHECK (seq > 0).
-- GLOB and length() stop at a NUL character, hence the casts. x'2A5B012D1F7F5D2A' is the pattern *[<1>-<31><127>]*: some control character.
CREATE TRIGGER plan_completion_insert BEFORE INSERT ON plan_completion
BEGIN
  SELECT CASE
    WHEN NEW.seq <> -1 THEN
      RAISE(ABORT, 'seq: leave it out, the journal numbers its records')
    WHEN typeof(NEW.plan) <> 'text' OR length(CAST(NEW.plan AS BLOB)) NOT BETWEEN 1 AND 256
      OR instr(CAST(NEW.plan AS BLOB), x'00') OR NEW.plan GLOB CAST(x'2A5B012D1F7F5D2A' AS TEXT) THEN
      RAISE(ABORT, 'plan: 1 to 256 bytes of text without control characters were expected')
    WHEN typeof(NEW.outcome) <> 'text' OR (NEW.outcome <> 'success' AND NEW.outcome <> 'failed' AND NEW.outcome <> 'cleared') THEN
      RAISE(ABORT, 'outcome: success, failed or cleared was expected')
    WHEN typeof(NEW.granularity) NOT IN ('text', 'null')
      OR (NEW.granularity <> 'MINUTE' AND NEW.granularity <> 'HOUR' AND NEW.granularity <> 'DAY' AND NEW.granularity <> 'WEEK'
          AND NEW.granularity <> 'MONTH' AND NEW.granularity <> 'QUARTER' AND NEW.granularity <> 'YEAR') THEN
      RAISE(ABORT, 'granularity: MINUTE, HOUR, DAY, WEEK, MONTH, QUARTER or YEAR was expected')
    WHEN (NEW.granularity IS NULL) <> (NEW.first IS NULL) OR (NEW.first IS NULL AND NEW.last IS NOT NULL) THEN
      RAISE(ABORT, 'granularity, first, last: for partitions granularity and first were expected, for a full refresh none of the three')
    WHEN NEW.granularity IS NULL AND NEW.outcome = 'cleared' THEN
      RAISE(ABORT, 'outcome: a full refresh cannot be cleared')
    WHEN NEW.first IS NOT NULL AND (typeof(NEW.first) <> 'text' OR length(CAST(NEW.first AS BLOB)) NOT BETWEEN 1 AND 64) THEN
      RAISE(ABORT, 'first: the start of a partition was expected, such as 2025-10-20')
    WHEN NEW.last IS NOT NULL AND (typeof(NEW.last) <> 'text' OR length(CAST(NEW.last AS BLOB)) NOT BETWEEN 1 AND 64) THEN
      RAISE(ABORT, 'last: the start of a partition was expected, such as 2025-10-20')
    WHEN NEW.run_type IS NOT NULL AND (typeof(NEW.run_type) <> 'text' OR length(CAST(NEW.run_type AS BLOB)) NOT BETWEEN 1 AND 64
      OR instr(CAST(NEW.run_type AS BLOB), x'00') OR NEW.run_type GLOB CAST(x'2A5B012D1F7F5D2A' AS TEXT)) THEN
      RAISE(ABORT, 'run_type: 1 to 64 bytes of text without control characters were expected')
    WHEN NEW.job IS NOT NULL AND (typeof(NEW.job) <> 'text' OR length(CAST(NEW.job AS BLOB)) NOT BETWEEN 1 AND 1024
      OR instr(CAST(NEW.job AS BLOB), x'00') OR NEW.job GLOB CAST(x'2A5B012D1F7F5D2A' AS TEXT)) THEN
      RAISE(ABORT, 'job: 1 to 1024 bytes of text without control characters were expected')
    WHEN NEW.dedupe_key IS NOT NULL AND (typeof(NEW.dedupe_key) <> 'text' OR length(CAST(NEW.dedupe_key AS BLOB)) NOT BETWEEN 1 AND 1024
      OR instr(CAST(NEW.dedupe_key AS BLOB), x'00') OR NEW.dedupe_key GLOB CAST(x'2A5B012D1F7F5D2A' AS TEXT)) THEN
      RAISE(ABORT, 'dedupe_key: 1 to 1024 bytes of text without control characters were expected')
    WHEN typeof(NEW.recorded_at) <> 'text' OR length(CAST(NEW.recorded_at AS BLOB)) NOT BETWEEN 1 AND 64 THEN
      RAISE(ABORT, 'recorded_at: a UTC time was expected; leave it out')
  END;
END;

CREATE TRIGGER table_completion_insert BEFORE INSERT ON table_completion
BEGIN
  SELECT CASE
    WHEN NEW.seq <> -1 THEN
      RAISE(ABORT, 'seq: leave it out, the journal numbers its records')
    WHEN typeof(NEW.table_name) <> 'text' OR length(CAST(NEW.table_name AS BLOB)) > 128 OR NEW.table_name NOT GLOB '?*.`?*.?*`.?*'
      OR length(NEW.table_name) - length(replace(NEW.table_name, '`', '')) <> 2
      OR instr(CAST(NEW.table_name AS BLOB), x'00') OR NEW.table_name GLOB CAST(x'2A5B012D1F7F5D2A' AS TEXT) THEN
      RAISE(ABORT, 'table_name: source.`catalog.schema`.table in at most 128 bytes was expected')
    WHEN typeof(NEW.partition) <> 'text' OR length(CAST(NEW.partition AS BLOB)) <> 10
      OR NEW.partition NOT GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]' THEN
      RAISE(ABORT, 'partition: a day YYYY-MM-DD was expected')
    WHEN typeof(NEW.outcome) <> 'text' OR NEW.outcome NOT IN ('success', 'failed') THEN
      RAISE(ABORT, 'outcome: success or failed was expected')
    WHEN NEW.job IS NOT NULL AND (typeof(NEW.job) <> 'text' OR length(CAST(NEW.job AS BLOB)) NOT BETWEEN 1 AND 1024
      OR instr(CAST(NEW.job AS BLOB), x'00') OR NEW.job GLOB CAST(x'2A5B012D1F7F5D2A' AS TEXT)) THEN
      RAISE(ABORT, 'job: 1 to 1024 bytes of text without control characters were expected')
    WHEN NEW.dedupe_key IS NOT NULL AND (typeof(NEW.dedupe_key) <> 'text' OR length(CAST(NEW.dedupe_key AS BLOB)) NOT BETWEEN 1 AND 1024
      OR instr(CAST(NEW.dedupe_key AS BLOB), x'00') OR NEW.dedupe_key GLOB CAST(x'2A5B012D1F7F5D2A' AS TEXT)) THEN
      RAISE(ABORT, 'dedupe_key: 1 to 1024 bytes of text without control characters were expected')
    WHEN typeof(NEW.recorded_at) <> 'text' OR length(CAST(NEW.recorded_at AS BLOB)) NOT BETWEEN 1 AND 64 THEN
      RAISE(ABORT, 'recorded_at: a UTC time was expected; leave it out')
  END;
END;

-- REPLACE would delete the record that has the key without firing a DELETE trigger. An INSERT in a trigger takes over the OR clause of the statement that
-- fired it, and fails its CHECK under OR REPLACE; under OR IGNORE, ON CONFLICT and no clause at all it is skipped, and UNIQUE decides as usual.
CREATE TRIGGER plan_completion_replace BEFORE INSERT ON plan_completion
WHEN NEW.dedupe_key IS NOT NULL AND EXISTS (SELECT 1 FROM plan_completion WHERE dedupe_key = NEW.dedupe_key)
BEGIN
  INSERT OR IGNORE INTO journal_refusal(reason) VALUES ('replace');
END;

CREATE TRIGGER table_completion_replace BEFORE INSERT ON table_completion
WHEN NEW.dedupe_key IS NOT NULL AND EXISTS (SELECT 1 FROM table_completion WHERE dedupe_key = NEW.dedupe_key)
BEGIN
  INSERT OR IGNORE INTO journal_refusal(reason) VALUES ('replace');
END;

-- Records are history: to correct one, append another.
CREATE TRIGGER plan_completion_update BEFORE UPDATE ON plan_completion
BEGIN
  SELECT RAISE(ABORT, 'a record cannot be changed: append another one');
END;

CREATE TRIGGER table_completion_update BEFORE UPDATE ON table_completion
BEGIN
  SELECT RAISE(ABORT, 'a record cannot be changed: append another one');
END;

CREATE TRIGGER plan_completion_delete BEFORE DELETE ON plan_completion
WHEN OLD.seq > coalesce((SELECT plans_pruned_through FROM journal_identity), 0)
BEGIN
  SELECT RAISE(ABORT, 'a record cannot be deleted: partmark prune drops old ones');
END;

CREATE TRIGGER table_completion_delete BEFORE DELETE ON table_completion
WHEN OLD.seq > coalesce((SELECT tables_pruned_through FROM journal_identity), 0)
BEGIN
  SELECT RAISE(ABORT, 'a record cannot be deleted: partmark prune drops old ones');
END;

CREATE TRIGGER journal_identity_insert BEFORE INSERT ON journal_identity
BEGIN
  SELECT RAISE(ABORT, 'a journal has one identity');
END;

CREATE TRIGGER journal_identity_update BEFORE UPDATE ON journal_identity
WHEN NEW.one IS NOT OLD.one OR NEW.uuid IS NOT OLD.uuid OR NEW.created_at IS NOT OLD.created_at
  OR NEW.plans_pruned_through < OLD.plans_pruned_through OR NEW.tables_pruned_through < OLD.tables_pruned_through
BEGIN
  SELECT RAISE(ABORT, 'a journal''s identity cannot be changed, and what was pruned does not come back');
END;

CREATE TRIGGER journal_identity_delete BEFORE DELETE ON journal_identity
BEGIN
  SELECT RAISE(ABORT, 'a journal has one identity');
END;

PRAGMA user_version = 1;
