import { cp, mkdtemp, mkdir, rename, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { toolsFolder } from "./resolve.ts";

/** One version of a Go module, pinned to its content. */
export interface GoModule {
  /** Module path, such as `example.org/operator`. */
  readonly path: string;
  /** With the leading `v`. */
  readonly version: string;
  /** Checksum of the module's files as `go.sum` has it: `h1:...`. */
  readonly sum: string;
}

export interface GoModuleOptions {
  /** Where PATH, HOME, XDG_CACHE_HOME and Go's settings come from. @default process.env */
  readonly environment?: NodeJS.ProcessEnv;
  /** @default "go" */
  readonly goCommand?: string;
}

/**
 * A folder of a Go module, copied to the user's cache beside the tools, so that Go and the network are needed once.
 *
 * @returns Absolute path of the copy.
 * @throws Error when Go is missing, the module can not be had, or its content is not what `sum` says.
 */
export async function goModuleFolder(module: GoModule, folder: string, options: GoModuleOptions = {}): Promise<string> {
  const { environment = process.env, goCommand = "go" } = options;
  const cached = join(toolsFolder(environment), "modules", `${module.path}@${module.version}`, folder);
  if (await exists(cached)) return cached;

  const source = await download(module, environment, goCommand);
  await mkdir(dirname(cached), { recursive: true });
  const partial = await mkdtemp(`${cached}.partial-`);
  try {
    await cp(join(source, folder), join(partial, "content"), { recursive: true });
    await rename(join(partial, "content"), cached);
  } catch (error) {
    // Another process may have been first.
    if (!(await exists(cached))) throw error;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return cached;
}

/** Go checks the download against its checksum database; the comparison here also holds where that is switched off. */
async function download(
  { path, version, sum }: GoModule,
  environment: NodeJS.ProcessEnv,
  goCommand: string,
): Promise<string> {
  const name = `${path}@${version}`;
  const result = await execa(goCommand, ["mod", "download", "-json", name], {
    // Outside of any module, whose replacements would count.
    cwd: tmpdir(),
    env: { ...environment, GOWORK: "off", GOFLAGS: "-modcacherw" },
    extendEnv: false,
    stdin: "ignore",
    reject: false,
  });
  if (result.code === "ENOENT") {
    throw new Error(
      `the Go module ${name} is needed, but "${goCommand}" was not found: install Go and run the command again`,
    );
  }
  if (result.failed) throw new Error(`the Go module ${name} could not be had:\n${result.stdout}${result.stderr}`);
  const { Dir, Sum } = JSON.parse(result.stdout) as { Dir: string; Sum: string };
  if (Sum !== sum) throw new Error(`the Go module ${name} has the checksum ${Sum}; expected ${sum}`);
  return Dir;
}

async function exists(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined)) !== undefined;
}
