import { exampleRow } from "./example.ts";
import { UNKNOWN, type Row } from "./row.ts";

export const BUCKET = "aws:s3/bucket:Bucket";

/**
 * Rows of a type that configure a bucket. Before `up` a new bucket has no name; then those count that stand below the
 * same component.
 */
export const companionsOf = (rows: readonly Row[], bucket: Row, type: string): readonly Row[] =>
  rows.filter((row) => {
    if (row.type !== type) return false;
    const name = row.inputs["bucket"];
    return name === UNKNOWN || bucket.inputs["bucket"] === undefined
      ? row.parent === bucket.parent
      : name === bucket.inputs["bucket"];
  });

/** A bucket for examples, and what configures it. */
export const BUCKET_EXAMPLE = exampleRow(
  BUCKET,
  "backups",
  { bucket: "example-backups" },
  { labels: { "data-class": "confidential" } },
);
export const companion = (type: string, inputs: Row["inputs"]): Row =>
  exampleRow(type, "companion", { bucket: "example-backups", ...inputs });
