-- A call's claims lie in its own row, as a JSON array of [first, last, mark] in the order of the call: a row for each of them, written before a
-- call and taken away after it, was half of what a push costs.

ALTER TABLE intent ADD COLUMN claims TEXT NOT NULL DEFAULT '[]';
UPDATE intent SET claims = (
  SELECT json_group_array(json_array(first, last, mark))
  FROM (SELECT first, last, mark FROM intent_range AS r WHERE r.plan_id = intent.plan_id ORDER BY position));
DROP TABLE intent_range;

ALTER TABLE attempt ADD COLUMN claims TEXT NOT NULL DEFAULT '[]';  -- as far as they are kept
UPDATE attempt SET claims = (
  SELECT json_group_array(json_array(first, last, mark))
  FROM (SELECT first, last, mark FROM attempt_range AS r WHERE r.plan_id = attempt.plan_id AND r.slot = attempt.slot ORDER BY position));
DROP TABLE attempt_range;

PRAGMA user_version = 2;
