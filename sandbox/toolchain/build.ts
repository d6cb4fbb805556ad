import { join } from "node:path";
import { execa } from "execa";
import { requiredGo } from "./go.ts";
import type { OnProgress } from "./progress.ts";
import type { GoBuild, ToolDefinition } from "./tools.ts";

export interface BuildOptions {
  environment: NodeJS.ProcessEnv;
  /** The Go command: a name looked up on PATH, or a path. */
  goCommand: string;
  onProgress: OnProgress;
}

type Built = Pick<ToolDefinition, "name" | "build">;

/** How much of a failed build's output is repeated in the error. */
const LAST_LINES = 12;

/**
 * Builds the tool's executable into `folder` with Go, from exactly the modules that `go.sum` pins. Go fetches modules
 * from where the user has configured it to.
 *
 * @throws Error with the last lines of Go's output and what the build needs
 */
export async function build(tool: Built, folder: string, options: BuildOptions): Promise<void> {
  const report = (message: string, fraction?: number) =>
    options.onProgress({ tool: tool.name, way: "build", message, ...(fraction !== undefined && { fraction }) });

  const { linkerFlags, tags = [] } = tool.build;
  const tagged = tags.length === 0 ? [] : ["-tags", tags.join(",")];
  const flags = ["-trimpath", "-buildvcs=false", ...tagged, "-ldflags", ["-s", "-w", ...linkerFlags].join(" ")];
  const total = await countStalePackages(tool.build, flags, options, report);
  report(`0 of ${total} packages`, 0);

  let compiled = 0;
  const output = ["-o", join(folder, tool.name)];
  await go(["build", "-v", ...flags, ...output, tool.build.package], tool.build, options, (line) => {
    // With -v, Go names each package that it compiles on a line of its own; warnings and downloads have spaces.
    if (line.includes(" ")) return;
    compiled++;
    report(compiled < total ? `${compiled} of ${total} packages` : "linking", Math.min(compiled / total, 0.99));
  });
}

/** How many packages Go has yet to compile: those in its build cache do not count. Downloads the modules. */
async function countStalePackages(
  recipe: GoBuild,
  flags: readonly string[],
  options: BuildOptions,
  report: (message: string) => void,
): Promise<number> {
  let modules = 0;
  report("resolving the pinned Go modules");
  const stale = ["list", "-deps", ...flags, "-f", "{{if .Stale}}{{.ImportPath}}{{end}}", recipe.package];
  const listed = await go(stale, recipe, options, (line) => {
    if (line.startsWith("go: downloading ")) report(`${++modules} Go modules downloaded`);
  });
  return listed.split("\n").filter((line) => line !== "").length;
}

/** Runs Go in the recipe's folder, line by line on standard error. Returns standard output. */
async function go(
  args: readonly string[],
  recipe: GoBuild,
  { environment, goCommand }: BuildOptions,
  onLine: (line: string) => void,
): Promise<string> {
  const running = execa(goCommand, args, {
    cwd: recipe.folder,
    // A workspace file of the user's above this folder must not change which modules are built.
    env: { ...environment, GOWORK: "off" },
    extendEnv: false,
    stdin: "ignore",
    reject: false,
  });
  for await (const line of running.iterable({ from: "stderr" })) onLine(line);
  const result = await running;
  if (!result.failed) return result.stdout;

  const needs =
    `Building needs Go ${await requiredGo(recipe)} or newer, the Go module proxy, ` +
    `about ${recipe.diskGiB} GiB of disk and about ${recipe.minutes} minutes.`;
  if (result.code === "ENOENT") throw new Error(`"${goCommand}" was not found. ${needs}`);
  const lines = result.stderr.split("\n").slice(-LAST_LINES).join("\n");
  throw new Error(`\`${goCommand} ${args[0]}\` failed in ${recipe.folder}:\n${lines || result.shortMessage}\n${needs}`);
}
