-- Understood by SQLite and PostgreSQL alike. Events are numbered over all jobs in the order in which
-- they were stored, so that a watcher can go on from the last one it has seen, wherever it asks.

ALTER TABLE events ADD COLUMN seq BIGINT NOT NULL DEFAULT 0;

UPDATE events SET seq = numbered.seq
FROM (
  SELECT job_id AS job, job_version AS version, place AS at_place,
         row_number() OVER (ORDER BY at, job_id, job_version, place) AS seq
  FROM events) AS numbered
WHERE job_id = numbered.job AND job_version = numbered.version AND place = numbered.at_place;

CREATE UNIQUE INDEX events_seq ON events (seq);

-- What the members of a cluster must know to speak with one another: one row, drawn at random.
CREATE TABLE cluster (
  name TEXT NOT NULL PRIMARY KEY
);

-- The hashes of the tokens, where several coordinators share one database.
CREATE TABLE tokens (
  role TEXT NOT NULL PRIMARY KEY,
  hash TEXT NOT NULL
);
