-- What every call writes lies in small rows with a number for a key. To change a plan's row, with its name and its CHECKs, took four times as
-- long; and a tree that is ordered by two columns half again as long as one ordered by a number, with twice the pages.

CREATE TABLE plan_progress (
  plan_id       INTEGER PRIMARY KEY,
  pending_since INTEGER,             -- since when something has been waiting without a break
  attempts      INTEGER NOT NULL     -- calls ended so far; the next one's slot follows from it
) STRICT;

INSERT INTO plan_progress SELECT id, pending_since, attempts FROM plan ORDER BY id;

-- Without what lies there now.
CREATE TABLE plan_3 (
  id            INTEGER PRIMARY KEY,  -- dense from 0, never reused
  uuid          TEXT    NOT NULL UNIQUE,
  kind          TEXT    NOT NULL CHECK (kind = 'partitioned' OR kind = 'full_refresh'),
  granularity   TEXT    CHECK (granularity = 'DAY' OR granularity = 'HOUR' OR granularity = 'MONTH' OR granularity = 'WEEK'
                               OR granularity = 'MINUTE' OR granularity = 'QUARTER' OR granularity = 'YEAR'),
  run_type      TEXT    NOT NULL,
  refold_next   INTEGER,              -- a refold is under way: records with seq > refold_next and <= refold_until are still to be read
  refold_until  INTEGER NOT NULL,
  CHECK ((kind = 'partitioned') = (granularity IS NOT NULL))
) STRICT;

INSERT INTO plan_3 SELECT id, uuid, kind, granularity, run_type, refold_next, refold_until FROM plan ORDER BY id;
DROP TABLE plan;
ALTER TABLE plan_3 RENAME TO plan;

-- The latest ended calls of each plan: a ring of 16 slots, so that nothing has to be tidied up.
CREATE TABLE attempt_3 (
  place            INTEGER PRIMARY KEY,  -- 16 * the plan's id + the slot; place >> 4 is the plan's id
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
  claims           TEXT    NOT NULL  -- as far as they are kept
) STRICT;

INSERT INTO attempt_3 SELECT plan_id * 16 + slot, call_id, kind, partitions, sent_at, took, verdict, endpoint_trouble, retry_at_once, not_before,
  http_status, code, message, trace_id, claims FROM attempt ORDER BY plan_id, slot;
DROP TABLE attempt;
ALTER TABLE attempt_3 RENAME TO attempt;

PRAGMA user_version = 3;
