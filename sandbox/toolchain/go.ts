import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import type { GoBuild } from "./tools.ts";
import { findVersion, isAtLeast } from "./version.ts";

/** The Go version that a recipe's `go.mod` asks for, such as `1.26`. */
export async function requiredGo(recipe: Pick<GoBuild, "folder">): Promise<string> {
  const file = join(recipe.folder, "go.mod");
  const version = /^go (\S+)$/m.exec(await readFile(file, "utf8"))?.[1];
  if (version === undefined) throw new Error(`${file} has no line such as "go 1.26"`);
  return version;
}

/** The installed Go, and whether it can build a recipe that asks for the version `required`. */
export interface InstalledGo {
  version: string;
  /** True also for an older Go that may fetch the required one by itself (`GOTOOLCHAIN` is not `local`). */
  builds: boolean;
}

/** Looks for Go on PATH. Undefined where there is none. */
export async function findGo(required: string, environment: NodeJS.ProcessEnv): Promise<InstalledGo | undefined> {
  const result = await execa("go", ["env", "GOVERSION", "GOTOOLCHAIN"], {
    env: environment,
    extendEnv: false,
    reject: false,
  });
  const version = result.failed ? undefined : findVersion(result.stdout);
  if (version === undefined) return undefined;
  const switches = result.stdout.split("\n")[1] !== "local" && isAtLeast(version, "1.21");
  return { version, builds: switches || isAtLeast(version, required) };
}
