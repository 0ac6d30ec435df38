-- The journal of imageshare: plain statements, for PostgreSQL 13 or later and for H2.

-- Numbers the claims of all runs. It outlives the runs, so that no number is given twice for an id.
CREATE SEQUENCE IF NOT EXISTS imageshare_epoch;

-- One row a run. It stays when the run has ended, for as long as its report is kept.
CREATE TABLE IF NOT EXISTS imageshare_run (
  scope VARCHAR NOT NULL,                  -- account and endpoint
  id VARCHAR NOT NULL,
  epoch BIGINT NOT NULL,                   -- of the latest claim
  owner VARCHAR NOT NULL,                  -- who claimed it, for people to read; '': nobody
  seen TIMESTAMP WITH TIME ZONE NOT NULL,  -- the owner's last write
  entries BIGINT NOT NULL,                 -- how many there are, which is the number of the next
  unfinished BOOLEAN NOT NULL,             -- from its first entry to its end
  cancelled BOOLEAN NOT NULL,              -- whether somebody asked for that
  ended TIMESTAMP WITH TIME ZONE NOT NULL, -- its last end, or else its first claim
  report VARCHAR,                          -- of its last end
  PRIMARY KEY (scope, id)
);

-- Without a column that an append changes, so that appends leave the index alone.
CREATE INDEX IF NOT EXISTS imageshare_run_unfinished ON imageshare_run (scope, unfinished, ended);

-- One row an append.
CREATE TABLE IF NOT EXISTS imageshare_entry (
  scope VARCHAR NOT NULL,
  run VARCHAR NOT NULL,
  number BIGINT NOT NULL,                  -- of its first entry
  lines VARCHAR NOT NULL,                  -- one entry a line
  PRIMARY KEY (scope, run, number)
);
