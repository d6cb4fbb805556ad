/**
 * Tables of the shipped workflows, beside n8n's own in the same database; a function that deletes what is too old; and
 * the one that PostgreSQL's erasure calls, which removes a person's reviews and each run in whose data the id stands. Can
 * be run again at any time.
 */
export const tablesSql = (retentionDays: number): string => `
CREATE SCHEMA IF NOT EXISTS fleet;
CREATE TABLE IF NOT EXISTS fleet.alerts (
  fingerprint text NOT NULL,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz,
  status text NOT NULL,
  name text NOT NULL,
  severity text NOT NULL,
  workload text NOT NULL,
  summary text NOT NULL,
  PRIMARY KEY (fingerprint, starts_at)
);
CREATE TABLE IF NOT EXISTS fleet.reviews (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  created_at timestamptz NOT NULL DEFAULT now(),
  subject text NOT NULL,
  question text NOT NULL,
  answer text NOT NULL,
  form text NOT NULL,
  status text NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'approved', 'rejected', 'expired')),
  reason text NOT NULL DEFAULT '',
  decided_at timestamptz
);
CREATE TABLE IF NOT EXISTS fleet.failures (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  created_at timestamptz NOT NULL DEFAULT now(),
  workflow text NOT NULL,
  execution text NOT NULL,
  node text NOT NULL,
  message text NOT NULL
);
CREATE OR REPLACE FUNCTION fleet.expire() RETURNS void LANGUAGE sql AS $$
  DELETE FROM fleet.alerts WHERE starts_at < now() - interval '${retentionDays} days';
  DELETE FROM fleet.reviews WHERE created_at < now() - interval '${retentionDays} days';
  DELETE FROM fleet.failures WHERE created_at < now() - interval '${retentionDays} days';
$$;
CREATE OR REPLACE FUNCTION erase_subject(subject_id text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  reviews bigint;
  runs bigint := 0;
BEGIN
  DELETE FROM fleet.reviews WHERE subject = subject_id;
  GET DIAGNOSTICS reviews = ROW_COUNT;
  IF to_regclass('execution_data') IS NOT NULL THEN
    DELETE FROM execution_entity
      WHERE id IN (SELECT "executionId" FROM execution_data WHERE position(subject_id IN data) > 0);
    GET DIAGNOSTICS runs = ROW_COUNT;
  END IF;
  RETURN reviews + runs;
END $$;
`;
