/** What PostgreSQL's erasure calls in each database: here it deletes the traces with a span of the person. */
export const ERASE_SUBJECT = `CREATE OR REPLACE FUNCTION erase_subject(subject text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE gone bigint;
BEGIN
  DELETE FROM traces WHERE id IN (SELECT trace_rowid FROM spans WHERE attributes #>> '{user,id}' = subject);
  GET DIAGNOSTICS gone = ROW_COUNT;
  RETURN gone;
END $$;
`;
