-- What a commit was answered stands in its checkpoint's row, so that a repeat finds it there: what
-- the holder was to do next, and where its segment was to end. Commits of before have a row in
-- answers, which stays.
ALTER TABLE checkpoints ADD COLUMN next TEXT;
ALTER TABLE checkpoints ADD COLUMN next_epoch INTEGER;
ALTER TABLE checkpoints ADD COLUMN next_batch INTEGER;

-- What a job is to do never changes, and may name a thousand files: it is written once, apart from
-- the body, which is written with each commit. A job of before gets its row with its next change.
CREATE TABLE specs (
  job_id TEXT NOT NULL PRIMARY KEY REFERENCES jobs (id),
  spec   TEXT NOT NULL
);
