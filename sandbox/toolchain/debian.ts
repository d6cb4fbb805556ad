import { readdirSync } from "node:fs";
import path from "node:path";
import { findOnPath, isExecutable } from "./probe.ts";

/** Where Debian puts programs that it keeps off PATH: those of a daemon's major version, and those for root. */
const OTHER_FOLDERS = ["/usr/sbin", "/sbin"];
const POSTGRESQL = "/usr/lib/postgresql";

/**
 * Path of a program that a Debian package brings: the real one, for tests of configuration that it is to read.
 *
 * @throws Error naming the package.
 */
export async function debianProgram(
  name: string,
  packageName: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const [onPath] = await findOnPath(name, environment);
  if (onPath !== undefined) return onPath;
  for (const folder of [...OTHER_FOLDERS, ...postgresqlFolders()]) {
    const candidate = path.join(folder, name);
    if (await isExecutable(candidate)) return candidate;
  }
  throw new Error(`no ${name} on this machine; run \`apt-get install ${packageName}\``);
}

/** The newest version first. */
function postgresqlFolders(): string[] {
  try {
    return readdirSync(POSTGRESQL)
      .toSorted((left, right) => Number(right) - Number(left))
      .map((version) => path.join(POSTGRESQL, version, "bin"));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}
