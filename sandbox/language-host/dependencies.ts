import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

export interface Dependency {
  readonly name: string;
  readonly version: string;
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly version?: string;
}

const manifestAt = (file: string): Manifest => JSON.parse(readFileSync(file, "utf8")) as Manifest;

/** The direct dependencies that `package.json` in `directory` names, with the versions that are installed. */
export function installedDependencies(directory: string): readonly Dependency[] {
  const manifest = join(directory, "package.json");
  const search = createRequire(manifest).resolve.paths("x") ?? [];
  return Object.entries(manifestAt(manifest).dependencies ?? {}).map(([name, range]) => ({
    name,
    version: installedVersion(search, name) ?? `${range} (not installed)`,
  }));
}

function installedVersion(search: readonly string[], name: string): string | undefined {
  for (const folder of search) {
    try {
      return manifestAt(join(folder, name, "package.json")).version;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
    }
  }
  return undefined;
}
