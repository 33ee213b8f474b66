-- When the regular drift checks last began, or were switched on: a restart must not put the next one off.

ALTER TABLE progress ADD COLUMN drift_checked_at INTEGER;  -- milliseconds since 1970-01-01 UTC; NULL: never

PRAGMA user_version = 5;
