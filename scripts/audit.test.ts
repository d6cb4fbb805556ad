import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { planReports } from "../plan/report/contract.ts";
import { stackUrn } from "../policies/stack.ts";

const root = path.join(import.meta.dirname, "..");
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "splitfleet-audit-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function audit(...args: readonly string[]): Promise<Result> {
  const script = path.join(root, "scripts", "audit.ts");
  const options = { cwd: root, env: { ...process.env, INIT_CWD: folder, FORCE_COLOR: undefined } };
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, [script, ...args], options)) };
  } catch (error) {
    if (error instanceof Error && "stdout" in error && "code" in error) return error as Error & Result;
    throw error;
  }
}

const stack = { urn: stackUrn("sandbox"), type: "pulumi:pulumi:Stack", custom: false };
const server = {
  urn: "urn:pulumi:sandbox::splitfleet::hcloud:index/server:Server::forgotten",
  type: "hcloud:index/server:Server",
  custom: true,
  inputs: { serverType: "cpx42", location: "fsn1" },
};
const state = JSON.stringify({ version: 3, deployment: { resources: [stack, server] } });

describe("audit", { timeout: 30_000 }, () => {
  it("judges a state from a file, as seen from where the command was typed, and exits with 1 on a finding", async () => {
    writeFileSync(path.join(folder, "state.json"), state);
    const { code, stdout, stderr } = await audit("sandbox", "--state", "state.json", "--json");
    expect([code, stderr]).toEqual([1, ""]);
    const [report] = planReports.parse(JSON.parse(stdout));
    expect(report?.findings.filter(({ urn }) => urn === server.urn).map(({ rule }) => rule)).toContain(
      "security/servers-have-firewall",
    );
  });

  it("never takes a state that is cut off for one without findings", async () => {
    writeFileSync(path.join(folder, "cut.json"), state.slice(0, -40));
    const { code, stdout, stderr } = await audit("sandbox", "--state", "cut.json");
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("cut.json: ");
    expect(stderr).toContain("it was cut off or is another file");
  });

  it("refuses a file that there is not, and the state of another stack", async () => {
    expect(await audit("sandbox", "--state", "none.json")).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringContaining("none.json: there is no such file"),
    });
    writeFileSync(path.join(folder, "other.json"), state.replaceAll("sandbox", "other"));
    expect(await audit("sandbox", "--state", "other.json")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`is the state of ${stackUrn("other")}`),
    });
  });
});
