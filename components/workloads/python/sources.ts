import { readFileSync } from "node:fs";
import path from "node:path";

/** Where workloads find their Python files. */
export const PYTHON_FOLDER = "/opt/splitfleet";

/**
 * Python files as a workload is given them, side by side so that they import each other by name.
 *
 * @param files From the folder of the kinds, such as `python/s3.py`.
 */
export const pythonFiles = (...files: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    files.map((file) => [
      `${PYTHON_FOLDER}/${path.basename(file)}`,
      readFileSync(path.join(import.meta.dirname, "..", file), "utf8"),
    ]),
  );
