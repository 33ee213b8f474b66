-- A call's claims lie in its own row, as a JSON array of [first, last, mark] in the order of the call: a row for each of them, written before a
-- call and taken away after it, was half of what a push costs. A fifth were CHECKs with IN: for each row SQLite makes a table of the list.

CREATE TABLE plan_2 (
  id            INTEGER PRIMARY KEY,  -- dense from 0, never reused
  uuid          TEXT    NOT NULL UNIQUE,
  kind          TEXT    NOT NULL CHECK (kind = 'partitioned' OR kind = 'full_refresh'),
  granularity   TEXT    CHECK (granularity = 'DAY' OR granularity = 'HOUR' OR granularity = 'MONTH' OR granularity = 'WEEK'
                               OR granularity = 'MINUTE' OR granularity = 'QUARTER' OR granularity = 'YEAR'),
  run_type      TEXT    NOT NULL,
  pending_since INTEGER,
  refold_next   INTEGER,              -- a refold is under way: records with seq > refold_next and <= refold_until are still to be read
  refold_until  INTEGER NOT NULL,
  attempts      INTEGER NOT NULL DEFAULT 0,  -- calls ended so far; the next one's slot follows from it
  CHECK ((kind = 'partitioned') = (granularity IS NOT NULL))
) STRICT;

INSERT INTO plan_2 SELECT id, uuid, kind, granularity, run_type, pending_since, refold_next, refold_until, attempts FROM plan ORDER BY id;
DROP TABLE plan;
ALTER TABLE plan_2 RENAME TO plan;

-- A call, from before its first byte is sent until its end is known.
CREATE TABLE intent_2 (
  plan_id INTEGER PRIMARY KEY,
  call_id INTEGER NOT NULL,
  kind    TEXT    NOT NULL CHECK (kind = 'update' OR kind = 'clear' OR kind = 'refresh'),
  at      INTEGER NOT NULL,
  claims  TEXT    NOT NULL
) STRICT;

INSERT INTO intent_2 SELECT plan_id, call_id, kind, at, (
  SELECT json_group_array(json_array(first, last, mark))
  FROM (SELECT first, last, mark FROM intent_range AS r WHERE r.plan_id = intent.plan_id ORDER BY position)) FROM intent;
DROP TABLE intent;
DROP TABLE intent_range;
ALTER TABLE intent_2 RENAME TO intent;

-- The latest ended calls of each plan: a ring, so that nothing has to be tidied up.
CREATE TABLE attempt_2 (
  plan_id          INTEGER NOT NULL,
  slot             INTEGER NOT NULL,
  call_id          INTEGER NOT NULL,
  kind             TEXT    NOT NULL CHECK (kind = 'update' OR kind = 'clear' OR kind = 'refresh'),
  partitions       INTEGER NOT NULL,
  sent_at          INTEGER NOT NULL,
  took             INTEGER NOT NULL,
  verdict          TEXT    NOT NULL CHECK (verdict = 'accepted' OR verdict = 'retry' OR verdict = 'rejected' OR verdict = 'unauthorized'
                                           OR verdict = 'ambiguous'),
  endpoint_trouble INTEGER NOT NULL,
  retry_at_once    INTEGER NOT NULL,
  not_before       INTEGER,  -- milliseconds from the end of the call
  http_status      INTEGER NOT NULL,
  code             TEXT    NOT NULL,
  message          TEXT    NOT NULL,
  trace_id         TEXT    NOT NULL,
  claims           TEXT    NOT NULL,  -- as far as they are kept
  PRIMARY KEY (plan_id, slot)
) STRICT, WITHOUT ROWID;

INSERT INTO attempt_2 SELECT plan_id, slot, call_id, kind, partitions, sent_at, took, verdict, endpoint_trouble, retry_at_once, not_before,
  http_status, code, message, trace_id, (
  SELECT json_group_array(json_array(first, last, mark))
  FROM (SELECT first, last, mark FROM attempt_range AS r WHERE r.plan_id = attempt.plan_id AND r.slot = attempt.slot ORDER BY position))
  FROM attempt;
DROP TABLE attempt;
DROP TABLE attempt_range;
ALTER TABLE attempt_2 RENAME TO attempt;

PRAGMA user_version = 2;
