-- Which endpoint's platform the plan's marks were told to: a plan that moves to another one is told there from the beginning.

ALTER TABLE plan ADD COLUMN endpoint TEXT;  -- its name; NULL: stored by an older version, which did not say

PRAGMA user_version = 4;
