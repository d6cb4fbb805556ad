import { execa } from "execa";
import { expect, test } from "vitest";
import { formatReport } from "./doctor/print.ts";
import { doctorReport, type DoctorReport } from "./doctor/report.ts";

const doctor = (...args: string[]) =>
  execa(process.execPath, [`${import.meta.dirname}/doctor.ts`, ...args], { reject: false });

test("--json prints one report of the declared shape and nothing else; the exit code agrees with it", async () => {
  const { stdout, stderr, exitCode } = await doctor("--json");
  const report = doctorReport.parse(JSON.parse(stdout));
  expect(stderr).toBe("");
  expect(exitCode).toBe(report.ok ? 0 : 1);
  expect(report.ok).toBe(report.checks.every(({ status }) => status !== "failed"));
  expect(report.checks.map(({ id }) => id)).toEqual([
    "node",
    "packages",
    "pulumi",
    "go",
    "rehearsal",
    "git",
    "setpriv",
    "disk",
    "folders",
    "locks",
  ]);
  expect(report.tools.map(({ name }) => name)).toEqual([
    "pulumi",
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kwok",
    "kueue",
    "cyclonus-flows",
  ]);
});

test("an environment that does not exist is bad input", { timeout: 30_000 }, async () => {
  const { exitCode, stdout, stderr } = await doctor("sandbx", "--json");
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toContain('There is no environment "sandbx". Did you mean sandbox?');
});

test("an unknown option is bad input", async () => {
  expect(await doctor("--jsn")).toMatchObject({
    exitCode: 2,
    stdout: "",
    stderr: "error: unknown option '--jsn'\n(Did you mean --json?)",
  });
});

test("people get a table of at most 100 columns and the steps that are left", () => {
  const report: DoctorReport = {
    ok: false,
    platform: "linux-x64",
    tools: [],
    checks: [
      { id: "node", title: "Node", status: "ok", found: "24.21.0", fix: "" },
      { id: "disk", title: "Disk", status: "failed", found: "x".repeat(120), fix: "Free 3.7 GiB." },
    ],
  };
  const lines = formatReport(report, { colour: false }).trimEnd().split("\n");
  expect(Math.max(...lines.map((line) => line.length))).toBe(100);
  expect(lines.slice(-2)).toEqual(["To do:", "  Disk: Free 3.7 GiB."]);
  expect(formatReport({ ...report, ok: true, checks: report.checks.slice(0, 1) }, { colour: false })).toMatch(
    /\nAll is well\.\n$/,
  );
});
