-- Understood by SQLite and PostgreSQL alike. Instants are UTC text of one width, so that they sort
-- as text; truth is 0 or 1; JSON is text. Rows of history are numbered by the version of the job
-- they were written with, and their place in it.

CREATE TABLE jobs (
  id           TEXT     NOT NULL PRIMARY KEY,
  name         TEXT     NOT NULL UNIQUE,
  version      BIGINT   NOT NULL,
  state        TEXT     NOT NULL,
  is_over      SMALLINT NOT NULL,
  live_session TEXT,
  submitted_at TEXT     NOT NULL,
  body         TEXT     NOT NULL
);
-- R1: a session holds at most one lease.
CREATE UNIQUE INDEX jobs_live_session ON jobs (live_session) WHERE live_session IS NOT NULL;
CREATE INDEX jobs_open ON jobs (submitted_at, id) WHERE is_over = 0;
CREATE INDEX jobs_submitted ON jobs (submitted_at, id);

CREATE TABLE answers (
  repeat_key TEXT NOT NULL PRIMARY KEY,
  job_id     TEXT NOT NULL REFERENCES jobs (id),
  outcome    TEXT NOT NULL
);

CREATE TABLE segments (
  job_id      TEXT    NOT NULL REFERENCES jobs (id),
  job_version BIGINT  NOT NULL,
  place       INTEGER NOT NULL,
  fence       BIGINT  NOT NULL,
  session     TEXT    NOT NULL,
  worker      TEXT    NOT NULL,
  device      TEXT    NOT NULL,
  from_epoch  INTEGER NOT NULL,
  from_batch  INTEGER NOT NULL,
  to_epoch    INTEGER NOT NULL,
  to_batch    INTEGER NOT NULL,
  end_epoch   INTEGER NOT NULL,
  end_batch   INTEGER NOT NULL,
  started_at  TEXT    NOT NULL,
  why         TEXT,
  ended_at    TEXT,
  PRIMARY KEY (job_id, job_version, place)
);
CREATE INDEX segments_under_way ON segments (job_id) WHERE why IS NULL;

CREATE TABLE checkpoints (
  job_id       TEXT    NOT NULL REFERENCES jobs (id),
  job_version  BIGINT  NOT NULL,
  place        INTEGER NOT NULL,
  digest       TEXT    NOT NULL,
  parent       TEXT,
  epoch        INTEGER NOT NULL,
  batch        INTEGER NOT NULL,
  fence        BIGINT  NOT NULL,
  folder       TEXT    NOT NULL,
  state_digest TEXT    NOT NULL,
  bytes        BIGINT  NOT NULL,
  session      TEXT    NOT NULL,
  verified     TEXT    NOT NULL,
  measurements TEXT    NOT NULL,
  mark         TEXT,
  committed_at TEXT    NOT NULL,
  PRIMARY KEY (job_id, job_version, place)
);
CREATE INDEX checkpoints_digest ON checkpoints (job_id, digest);

CREATE TABLE events (
  job_id      TEXT    NOT NULL REFERENCES jobs (id),
  job_version BIGINT  NOT NULL,
  place       INTEGER NOT NULL,
  kind        TEXT    NOT NULL,
  text        TEXT    NOT NULL,
  at          TEXT    NOT NULL,
  PRIMARY KEY (job_id, job_version, place)
);
