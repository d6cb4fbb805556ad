import { createHash } from "node:crypto";

/** A workload's files as a ConfigMap holds them. */
export interface ConfigFiles {
  readonly data: Record<string, string>;
  /** Where each key is mounted. */
  readonly mounts: readonly { readonly key: string; readonly path: string }[];
  /** Changes with any content; on the pods, so that a change rolls them. */
  readonly checksum: string;
}

const keyOf = (path: string): string => path.replace(/^\//, "").replaceAll("/", "_");

/** Undefined if the workload has no files. */
export function configFiles(files: Readonly<Record<string, string>>): ConfigFiles | undefined {
  const paths = Object.keys(files).sort();
  if (paths.length === 0) return undefined;
  return {
    data: Object.fromEntries(paths.map((path) => [keyOf(path), files[path] ?? ""])),
    mounts: paths.map((path) => ({ key: keyOf(path), path })),
    checksum: createHash("sha256")
      .update(JSON.stringify(paths.map((path) => [path, files[path]])))
      .digest("hex")
      .slice(0, 16),
  };
}
