import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { priceDiff } from "../plan/pricing/diff/contract.ts";

const root = path.join(import.meta.dirname, "..");
let folder: string;

/** Two copies of the catalogue, in the second one of which a CPX42 costs 79.49 instead of 69.49 a month. */
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "splitfleet-prices-"));
  for (const name of ["before", "after"]) {
    mkdirSync(path.join(folder, name));
    cpSync(path.join(root, "plan/pricing/catalogue"), path.join(folder, name), {
      recursive: true,
      filter: (source) => !source.endsWith(".ts"),
    });
  }
  const file = path.join(folder, "after", "hetzner.json");
  writeFileSync(file, readFileSync(file, "utf8").replace('"monthlyCap": "69.49"', '"monthlyCap": "79.49"'));
  mkdirSync(path.join(folder, "empty"));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function prices(...args: readonly string[]): Promise<Result> {
  const script = path.join(root, "scripts", "prices.ts");
  const env = { ...process.env, INIT_CWD: folder, FORCE_COLOR: undefined };
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, [script, ...args], { cwd: root, env })) };
  } catch (error) {
    if (error instanceof Error && "stdout" in error && "code" in error) return error as Error & Result;
    throw error;
  }
}

describe("prices", { timeout: 30_000 }, () => {
  it("compares two folders, as seen from where the command was typed", async () => {
    const { code, stdout, stderr } = await prices("diff", "before", "after");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout.split("\n").slice(0, 4)).toEqual([
      "Prices, before to after",
      "",
      "changed:",
      "  hetzner/server/cpx42/2026-06-15 in fsn1, hel1, nbg1  monthlyCap  69.49  79.49  +14.4 %",
    ]);
  });

  it("writes nothing but JSON to standard output where it is asked for", async () => {
    const { code, stdout, stderr } = await prices("diff", "before", "after", "--json");
    expect([code, stderr]).toEqual([0, ""]);
    const { changed, added, removed } = priceDiff.parse(JSON.parse(stdout));
    expect(changed.map(({ region, fields }) => `${region} ${fields[0]?.percent}`)).toEqual([
      "fsn1 14.4",
      "hel1 14.4",
      "nbg1 14.4",
    ]);
    expect([added, removed]).toEqual([[], []]);
  });

  it.each([
    { args: ["diff", "empty"], message: /^The price catalogue has mistakes:\n  .*: \*\.json: no price file found\n$/ },
    { args: ["diff", "no-such-revision"], message: /^"no-such-revision" is neither a folder nor a revision: / },
    { args: ["diff", "--jsn"], message: /^error: unknown option '--jsn'/ },
    { args: [], message: /^Usage: npm run prices -- / },
  ])("refuses $args with exit code 2 and leaves standard output empty", async ({ args, message }) => {
    const { code, stdout, stderr } = await prices(...args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(message);
  });

  it("does not refresh without a network, and says that nothing was written", async () => {
    const silent = "http://127.0.0.1:1";
    const { code, stdout, stderr } = await prices("refresh", "aws", "--aws", silent, "--catalogue", "before", "--json");
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^http:\/\/127\.0\.0\.1:1\/.* can not be reached: .*\nNothing was written: .*\n$/);
  });

  it("refuses to refresh from an address that is none, or a provider that has no API", async () => {
    expect((await prices("refresh", "aws", "--aws", "nowhere")).stderr).toMatch(
      /^--aws is "nowhere", expected an address/,
    );
    expect(await prices("refresh", "cloudflare")).toMatchObject({ code: 2, stdout: "" });
  });

  it("explains itself with examples", async () => {
    const { code, stdout } = await prices("diff", "--help");
    expect(code).toBe(0);
    expect(stdout).toContain("npm run -s prices -- diff v0.1.0 HEAD --json | jq");
  });
});
