import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { exampleReport } from "../report/testing.ts";
import { planAt } from "./plan-at.ts";

let root: string;

/** A repository whose first commit plans two environments, with a program that says which it was asked for. */
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "splitfleet-against-test-"));
  write("stacks/Pulumi.one.yaml", "config: {}\n");
  write("stacks/Pulumi.two.yaml", "config: {}\n");
  write("package-lock.json", "{}\n");
  write("package.json", '{"type":"module"}\n');
  write("scripts/plan.ts", program("report"));
  mkdirSync(path.join(root, "node_modules"));
  git("init", "--quiet", "--initial-branch", "main");
  commit("first");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
}

function git(...args: readonly string[]): string {
  const identity = ["-c", "user.name=test", "-c", "user.email=test@example.org"];
  return execFileSync("git", ["-C", root, ...identity, ...args], { encoding: "utf8" });
}

function commit(message: string): void {
  git("add", "stacks", "scripts", "package.json", "package-lock.json");
  git("commit", "--quiet", "--message", message);
}

const program = (kind: "report" | "crash"): string =>
  kind === "crash"
    ? 'process.stderr.write("no such package: left-pad\\n");\nprocess.exitCode = 2;\n'
    : `import { existsSync } from "node:fs";
const report: object = ${JSON.stringify(exampleReport([], []))};
const names = process.argv.slice(2, -1);
if (!existsSync("node_modules")) throw new Error("no packages");
process.stdout.write(JSON.stringify(names.map((environment) => ({ ...report, environment }))));
process.exitCode = 1;
`;

const foldersLeft = (): readonly string[] =>
  readdirSync(tmpdir()).filter((name) => /^splitfleet-against-(?!test-)/.test(name));

it("runs the commit's own program on its own environments, whatever the working tree holds", async () => {
  write("scripts/plan.ts", program("crash"));
  rmSync(path.join(root, "stacks/Pulumi.two.yaml"));
  const { commit: hash, plans, notes } = await planAt(root, "main");
  expect(hash).toBe(git("rev-parse", "main").trim());
  expect(plans.map(({ environment }) => environment)).toEqual(["one", "two"]);
  expect(notes).toEqual([]);
});

it("plans those that are named and that the commit has, and leaves nothing behind", async () => {
  const before = foldersLeft();
  const { plans } = await planAt(root, "main", ["two", "three"]);
  expect(plans.map(({ environment }) => environment)).toEqual(["two"]);
  expect((await planAt(root, "main", ["three"])).plans).toEqual([]);
  expect(foldersLeft().filter((name) => !before.includes(name))).toEqual([]);
  expect(git("status", "--short", "--untracked-files=no")).toBe("");
  expect(existsSync(path.join(root, ".git", "worktrees"))).toBe(false);
});

it("says that other packages were used where the locks differ", async () => {
  write("package-lock.json", '{"packages":{}}\n');
  const { notes } = await planAt(root, "main");
  expect(notes).toEqual([
    "package-lock.json differs from main: its program ran with the packages of the working tree.",
  ]);
});

it("refuses a commit that there is not, also one that looks like an option", async () => {
  await expect(planAt(root, "mian")).rejects.toThrow("knows no such commit. Fetch it with `git fetch origin mian`");
  await expect(planAt(root, "--all")).rejects.toThrow("knows no such commit");
});

it("fails with what the other program says where it makes no report", async () => {
  write("scripts/plan.ts", program("crash"));
  commit("broken");
  await expect(planAt(root, "HEAD")).rejects.toThrow(
    /^the plan of HEAD \([0-9a-f]{12}\) ended with exit code 2 and no report to compare with:\nno such package: left-pad\n/,
  );
});
