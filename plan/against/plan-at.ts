import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { environmentNames } from "../../stacks/environment-names.ts";
import { AgainstError } from "./error.ts";
import { otherPlans, type OtherPlan } from "./other-plan.ts";

/** What another commit plans, by its own program, rules and prices. */
export interface PlanAt {
  readonly commit: string;
  readonly plans: readonly OtherPlan[];
  /** What limits the comparison. */
  readonly notes: readonly string[];
}

/**
 * Plans environments as a commit has them: its whole tree, unpacked into a temporary folder, run by this Node with the
 * packages that are installed here. The repository and the working tree are left as they are.
 *
 * @param root The project's folder, in a Git repository.
 * @param names Environments to plan, of which the commit may lack some; all that it has if left out.
 * @throws AgainstError
 */
export async function planAt(root: string, ref: string, names?: readonly string[]): Promise<PlanAt> {
  const commit = await commitOf(root, ref);
  const folder = mkdtempSync(path.join(tmpdir(), "splitfleet-against-"));
  try {
    await unpack(root, commit, folder);
    symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
    const has = environmentNames(path.join(folder, "stacks"));
    const wanted = names === undefined ? has : has.filter((name) => names.includes(name));
    const plans = wanted.length === 0 ? [] : await run(folder, wanted, `${ref} (${commit.slice(0, 12)})`);
    return { commit, plans, notes: packageNotes(root, folder, ref) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function commitOf(root: string, ref: string): Promise<string> {
  const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`];
  const { failed, code, stdout } = await execa("git", args, { cwd: root, reject: false });
  if (code === "ENOENT") throw new AgainstError("--against needs Git, and there is no command `git` on PATH.");
  if (!failed) return stdout.trim();
  throw new AgainstError(
    `--against ${ref}: ${root} knows no such commit. Fetch it with \`git fetch origin ${ref}\`, ` +
      "or name one that `git log` shows.",
  );
}

async function unpack(root: string, commit: string, folder: string): Promise<void> {
  try {
    await execa("git", ["archive", "--format=tar", commit], { cwd: root, encoding: "buffer", buffer: false }).pipe(
      "tar",
      ["-xf", "-", "-C", folder],
    );
  } catch (error) {
    throw new AgainstError(`the tree of ${commit} could not be unpacked: ${String(error)}`, { cause: error });
  }
}

const ENOUGH_BYTES = 512 * 1024 * 1024;

async function run(folder: string, names: readonly string[], what: string): Promise<readonly OtherPlan[]> {
  const script = path.join("scripts", "plan.ts");
  const { INIT_CWD: _caller, ...environment } = process.env;
  const result = await execa(process.execPath, [script, ...names, "--json"], {
    cwd: folder,
    env: environment,
    extendEnv: false,
    reject: false,
    maxBuffer: ENOUGH_BYTES,
  });
  const parsed = otherPlans.safeParse(jsonOf(result.stdout));
  if (parsed.success) return parsed.data;
  const said = result.stderr.trim() || z.prettifyError(parsed.error);
  throw new AgainstError(
    `the plan of ${what} ended with exit code ${result.exitCode ?? "none"} and no report to compare with:\n${said}\n` +
      "If it needs other packages than are installed here, compare with a later commit.",
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A commit with other packages is run with these; what they would have made of it is then not known. */
function packageNotes(root: string, folder: string, ref: string): string[] {
  const [here, there] = [root, folder].map((place) => {
    const file = path.join(place, "package-lock.json");
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  });
  if (here === there) return [];
  return [`package-lock.json differs from ${ref}: its program ran with the packages of the working tree.`];
}
