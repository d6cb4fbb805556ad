import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { comparisons } from "../plan/against/contract.ts";
import { planReports } from "../plan/report/contract.ts";

const root = path.join(import.meta.dirname, "..");
let folder: string;
let file: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "splitfleet-plan-"));
  file = path.join(folder, "Pulumi.sandbox.yaml");
  cpSync(path.join(root, "stacks", "sandbox.lock.yaml"), path.join(folder, "sandbox.lock.yaml"));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function plan(...args: readonly string[]): Promise<Result> {
  const script = path.join(root, "scripts", "plan.ts");
  const environment = { ...process.env, INIT_CWD: folder, FORCE_COLOR: undefined };
  try {
    return {
      code: 0,
      ...(await promisify(execFile)(process.execPath, [script, ...args], { cwd: root, env: environment })),
    };
  } catch (error) {
    if (error instanceof Error && "stdout" in error && "code" in error) return error as Error & Result;
    throw error;
  }
}

/** The sandbox's file with one text replaced. */
function write(from: string, to: string): void {
  const text = readFileSync(path.join(root, "stacks", "Pulumi.sandbox.yaml"), "utf8");
  if (!text.includes(from)) throw new Error(`the sandbox's file does not contain ${from}`);
  writeFileSync(file, text.replace(from, to));
}

describe("plan", { timeout: 30_000 }, () => {
  it("writes nothing but JSON to standard output and exits with 0", async () => {
    const { code, stdout, stderr } = await plan("sandbox", "--json");
    expect([code, stderr]).toEqual([0, ""]);
    expect(planReports.parse(JSON.parse(stdout)).map(({ environment }) => environment)).toEqual(["sandbox"]);
  });

  it("plans every environment where none is named, for people where JSON is not asked for", async () => {
    const { code, stdout } = await plan();
    expect(code).toBe(0);
    expect(stdout).toMatch(/^sandbox: \d+ resources; no rule broken, 2 warnings$/m);
  });

  it("takes a file as seen from where the command was typed, and exits with 1 on a finding", async () => {
    write("splitfleet:budget:\n    environment:\n", "splitfleet:budget:\n    warnAt: 0.00001\n    environment:\n");
    expect((await plan("--file", "Pulumi.sandbox.yaml")).code).toBe(0);
    write("worst: {", "worst: { monthlyEuros: 1 } #");
    const { code, stdout } = await plan("--file", "Pulumi.sandbox.yaml", "--json");
    expect(code).toBe(1);
    expect(planReports.parse(JSON.parse(stdout))[0]?.findings[0]).toMatchObject({
      rule: "cost/within-budget",
      level: "mandatory",
      limit: "1",
    });
  });

  it("exits with 2 on a file with problems, reports all of them and leaves standard output empty", async () => {
    write("splitfleet:mesh:", "splitfleet:meshes:");
    const { code, stdout, stderr } = await plan("--file", file, "--json");
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("splitfleet:meshes");
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it.each([
    {
      args: ["sandbx"],
      message:
        'There is no environment "sandbx". Did you mean sandbox? The folder stacks/ has: factory, production, sandbox, starter. ' +
        "--file takes one from anywhere.\n",
    },
    { args: ["sandbox", "--file", "x"], message: "Give either names of environments or --file, not both.\n" },
    {
      args: ["sandbox", "--format", "markdown"],
      message:
        "--format markdown: reports are written as table, json, sarif, junit and html only; " +
        "add --against <git ref>.\n",
    },
    {
      args: ["--file", "x", "--against", "main"],
      message: "--against compares environments in stacks/: leave --file out.\n",
    },
    { args: ["--jsn"], message: "error: unknown option '--jsn'\n(Did you mean --json?)\n" },
  ])("refuses $args with exit code 2", async ({ args, message }) => {
    expect(await plan(...args)).toMatchObject({ code: 2, stdout: "", stderr: message });
  });

  it("writes a report to a file, and then nothing to standard output", async () => {
    const { stdout } = await plan("sandbox", "--format", "sarif", "--output", "plan.sarif");
    expect(stdout).toBe("");
    expect(JSON.parse(readFileSync(path.join(folder, "plan.sarif"), "utf8"))).toMatchObject({ version: "2.1.0" });
  });

  it("compares with the last commit", async () => {
    const { stdout } = await plan("sandbox", "--against", "HEAD", "--json");
    const { ref, environments } = comparisons.parse(JSON.parse(stdout));
    expect([ref, environments.map(({ environment, state }) => [environment, state])]).toEqual([
      "HEAD",
      [["sandbox", "both"]],
    ]);
  });

  it("explains itself with examples", async () => {
    const { code, stdout } = await plan("--help");
    expect(code).toBe(0);
    expect(stdout).toContain("npm run -s plan -- sandbox --json | jq");
  });
});
