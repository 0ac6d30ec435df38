-- The pacer of imageshare: plain statements, for PostgreSQL 13 or later and for H2.

-- One row an account.
CREATE TABLE IF NOT EXISTS imageshare_pace (
  scope VARCHAR NOT NULL,                  -- account and endpoint
  version BIGINT NOT NULL,                 -- how many times the state was replaced
  state VARCHAR NOT NULL,
  PRIMARY KEY (scope)
);
