import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { findOnPath, isExecutable } from "./probe.ts";

/** Where Debian puts PostgreSQL's programs, one folder a version, none of them on PATH. */
const POSTGRESQL = "/usr/lib/postgresql";

/**
 * Path of a program that comes with a Debian package: the first on PATH, or that of the newest PostgreSQL.
 *
 * @param name Such as `redis-server`.
 * @param aptPackage That brings it.
 * @throws Error naming the package if it is not there
 */
export async function debianProgram(
  name: string,
  aptPackage: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const [onPath] = await findOnPath(name, environment);
  if (onPath !== undefined) return onPath;
  for (const path of (await postgresqlFolders()).map((folder) => join(folder, name))) {
    if (await isExecutable(path)) return path;
  }
  throw new Error(`no program ${name} on PATH or below ${POSTGRESQL}; run \`apt install ${aptPackage}\``);
}

async function postgresqlFolders(): Promise<string[]> {
  try {
    const versions = await readdir(POSTGRESQL);
    return versions
      .toSorted((one, other) => Number(other) - Number(one))
      .map((version) => join(POSTGRESQL, version, "bin"));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}
