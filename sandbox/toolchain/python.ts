import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { withLock } from "./lock.mjs";
import { toolsFolder } from "./resolve.ts";

/** Programs that come as Python packages; each has its `requirements.txt`, with every package's hashes, below `modules`. */
export type PythonTool = "litellm";

/** Written last: a folder without it is one whose installation was cut short. */
const COMPLETE = "complete";

/**
 * Path of a Python program in a virtual environment of its own, which is made if it is not there: about a minute and
 * 0.6 GiB for LiteLLM.
 *
 * @throws Error with pip's last lines
 */
export async function pythonProgram(tool: PythonTool, environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const requirements = join(import.meta.dirname, "modules", tool, "requirements.txt");
  return join(await pythonEnvironment(tool, requirements, environment), "bin", tool);
}

/**
 * Folder of a virtual environment with the packages of a file, one for each content of it. pip fetches packages from
 * where the user has configured it to, and takes none with another hash than the file states.
 *
 * @param name Of the folder that holds it, among the tools
 * @param requirements Absolute path of the file
 * @throws Error with pip's last lines
 */
export async function pythonEnvironment(
  name: string,
  requirements: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const version = createHash("sha256")
    .update(await readFile(requirements))
    .digest("hex")
    .slice(0, 12);
  const folder = join(toolsFolder(environment), name, version);
  await withLock(`${folder}.lock`, async () => {
    if (existsSync(join(folder, COMPLETE))) return;
    await rm(folder, { recursive: true, force: true });
    await run("python3", ["-m", "venv", folder]);
    await run(join(folder, "bin", "pip"), ["install", "--quiet", "--require-hashes", "--requirement", requirements]);
    await writeFile(join(folder, COMPLETE), "");
  });
  return folder;
}

async function run(program: string, args: readonly string[]): Promise<void> {
  const { failed, stderr, shortMessage } = await execa(program, args, { stdin: "ignore", reject: false });
  if (!failed) return;
  const said = stderr.split("\n").slice(-12).join("\n");
  throw new Error(
    `\`${program} ${args[0]} ...\` failed: ${said || shortMessage}\nIt needs Python 3.11 or newer with venv, and pip's package index.`,
  );
}
