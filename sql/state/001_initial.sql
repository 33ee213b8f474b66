-- The daemon's own memory: what it has folded from the journal, what the remote has still to hear, what it may have heard, what it refused.
-- Written by partmarkd alone (or a partmark command that holds its lock), everything of one turn in one transaction. Read by partmark at any time.
-- Also by hand, on a file that is not there yet:  sqlite3 -bail state.db < 001_initial.sql
--
-- Partitions are ordinals: buckets of the plan's granularity counted from 1970-01-01 (WEEK: from Monday 1969-12-29); 0 is the whole table of a full refresh.
-- Marks are 0 success, 1 failed, 2 cleared. Times are milliseconds since 1970-01-01 UTC.

PRAGMA journal_mode = WAL;           -- in the file from here on; nothing to do inside a transaction when it is so already
PRAGMA application_id = 1886678387;  -- "ptms"

-- How far the journal has been folded, and into which boot of this machine the rest belongs.
CREATE TABLE progress (
  one               INTEGER PRIMARY KEY DEFAULT 1 CHECK (one = 1),
  journal_uuid      TEXT    NOT NULL DEFAULT '',  -- empty: no journal yet
  plan_folded_seq   INTEGER NOT NULL DEFAULT 0,   -- every record up to here is folded
  plan_anchor_seq   INTEGER NOT NULL DEFAULT 0,   -- the last record that was there at or before it, 0: none; and its hash
  plan_anchor_hash  INTEGER NOT NULL DEFAULT 0,
  table_folded_seq  INTEGER NOT NULL DEFAULT 0,
  table_anchor_seq  INTEGER NOT NULL DEFAULT 0,
  table_anchor_hash INTEGER NOT NULL DEFAULT 0,
  boot_id           TEXT    NOT NULL DEFAULT '',
  last_call_id      INTEGER NOT NULL DEFAULT 0    -- never given out again, also when its call is long forgotten
) STRICT;

INSERT INTO progress DEFAULT VALUES;

CREATE TABLE plan (
  id            INTEGER PRIMARY KEY,  -- dense from 0, never reused
  uuid          TEXT    NOT NULL UNIQUE,
  kind          TEXT    NOT NULL CHECK (kind IN ('partitioned', 'full_refresh')),
  granularity   TEXT    CHECK (granularity IN ('MINUTE', 'HOUR', 'DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR')),
  run_type      TEXT    NOT NULL,
  pending_since INTEGER,
  refold_next   INTEGER,              -- a refold is under way: records with seq > refold_next and <= refold_until are still to be read
  refold_until  INTEGER NOT NULL,
  attempts      INTEGER NOT NULL DEFAULT 0,  -- calls ended so far; the next one's slot follows from it
  CHECK ((kind = 'partitioned') = (granularity IS NOT NULL))
) STRICT;

-- One row a run: sorted, disjoint, maximal within a plan. A new record changes a handful of rows on any history.
CREATE TABLE mark_run (
  plan_id INTEGER NOT NULL,
  first   INTEGER NOT NULL,
  last    INTEGER NOT NULL CHECK (last >= first),
  mark    INTEGER NOT NULL CHECK (mark BETWEEN 0 AND 2),
  PRIMARY KEY (plan_id, first)
) STRICT, WITHOUT ROWID;

-- Not accepted since a record spoke of it, under way or not; with its current mark.
CREATE TABLE pending_run (
  plan_id INTEGER NOT NULL,
  first   INTEGER NOT NULL,
  last    INTEGER NOT NULL CHECK (last >= first),
  mark    INTEGER NOT NULL CHECK (mark BETWEEN 0 AND 2),
  PRIMARY KEY (plan_id, first)
) STRICT, WITHOUT ROWID;

-- Where a lost call may still be applied: the sum of 1 success, 2 failed, 4 cleared.
CREATE TABLE limbo_run (
  plan_id  INTEGER NOT NULL,
  first    INTEGER NOT NULL,
  last     INTEGER NOT NULL CHECK (last >= first),
  may_land INTEGER NOT NULL CHECK (may_land BETWEEN 1 AND 7),
  PRIMARY KEY (plan_id, first)
) STRICT, WITHOUT ROWID;

-- What the remote refused, until its next try; never pending at the same time.
CREATE TABLE held_run (
  plan_id INTEGER NOT NULL,
  first   INTEGER NOT NULL,
  last    INTEGER NOT NULL CHECK (last >= first),
  hold_id INTEGER NOT NULL,
  PRIMARY KEY (plan_id, first)
) STRICT, WITHOUT ROWID;

CREATE TABLE hold (
  id          INTEGER PRIMARY KEY,
  plan_id     INTEGER NOT NULL,
  http_status INTEGER NOT NULL,
  code        TEXT    NOT NULL,
  message     TEXT    NOT NULL,
  trace_id    TEXT    NOT NULL,
  since       INTEGER NOT NULL,
  next_try    INTEGER NOT NULL,
  tries       INTEGER NOT NULL
) STRICT;

-- Journal rows that passed its CHECKs and could still not be folded.
CREATE TABLE rejected (
  table_name TEXT    NOT NULL CHECK (table_name IN ('plan_completion', 'table_completion')),
  seq        INTEGER NOT NULL,
  plan       TEXT    NOT NULL,  -- as far as it could be read; the table's name for a table_completion
  reason     TEXT    NOT NULL,
  at         INTEGER NOT NULL,
  PRIMARY KEY (table_name, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX rejected_plan ON rejected (plan);

-- A call, from before its first byte is sent until its end is known.
CREATE TABLE intent (
  plan_id INTEGER PRIMARY KEY,
  call_id INTEGER NOT NULL,
  kind    TEXT    NOT NULL CHECK (kind IN ('update', 'clear', 'refresh')),
  at      INTEGER NOT NULL
) STRICT;

CREATE TABLE intent_range (
  plan_id  INTEGER NOT NULL,
  position INTEGER NOT NULL,  -- in the call
  first    INTEGER NOT NULL,
  last     INTEGER NOT NULL CHECK (last >= first),
  mark     INTEGER NOT NULL CHECK (mark BETWEEN 0 AND 2),
  PRIMARY KEY (plan_id, position)
) STRICT, WITHOUT ROWID;

-- The latest ended calls of each plan: a ring, so that nothing has to be tidied up.
CREATE TABLE attempt (
  plan_id          INTEGER NOT NULL,
  slot             INTEGER NOT NULL,
  call_id          INTEGER NOT NULL,
  kind             TEXT    NOT NULL CHECK (kind IN ('update', 'clear', 'refresh')),
  partitions       INTEGER NOT NULL,
  sent_at          INTEGER NOT NULL,
  took             INTEGER NOT NULL,
  verdict          TEXT    NOT NULL CHECK (verdict IN ('accepted', 'retry', 'rejected', 'unauthorized', 'ambiguous')),
  endpoint_trouble INTEGER NOT NULL,
  retry_at_once    INTEGER NOT NULL,
  not_before       INTEGER,  -- milliseconds from the end of the call
  http_status      INTEGER NOT NULL,
  code             TEXT    NOT NULL,
  message          TEXT    NOT NULL,
  trace_id         TEXT    NOT NULL,
  PRIMARY KEY (plan_id, slot)
) STRICT, WITHOUT ROWID;

-- What the call claimed, as far as it is kept.
CREATE TABLE attempt_range (
  plan_id  INTEGER NOT NULL,
  slot     INTEGER NOT NULL,
  position INTEGER NOT NULL,
  first    INTEGER NOT NULL,
  last     INTEGER NOT NULL CHECK (last >= first),
  mark     INTEGER NOT NULL CHECK (mark BETWEEN 0 AND 2),
  PRIMARY KEY (plan_id, slot, position)
) STRICT, WITHOUT ROWID;

-- What the second API has still to be told: one row a (table, day). The row of one in flight is its intent.
CREATE TABLE trigger_entry (
  table_name  TEXT    NOT NULL,
  date        INTEGER NOT NULL,  -- days since 1970-01-01
  status      INTEGER NOT NULL CHECK (status BETWEEN 0 AND 2),  -- 0 waiting, 1 in flight, 2 held
  sequel      INTEGER NOT NULL CHECK (sequel BETWEEN 0 AND 2),  -- in flight: 0 none, 1 once more, 2 cancelled unless it got through
  http_status INTEGER NOT NULL,  -- of the refusal, from here on
  code        TEXT    NOT NULL,
  message     TEXT    NOT NULL,
  trace_id    TEXT    NOT NULL,
  since       INTEGER NOT NULL,
  next_try    INTEGER,           -- held: NULL when a person is to decide
  tries       INTEGER NOT NULL,
  PRIMARY KEY (table_name, date)
) STRICT, WITHOUT ROWID;

-- Endpoints that a person has stopped.
CREATE TABLE paused_endpoint (
  name TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 1;
