import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { toolsFolder } from "../sandbox/toolchain/resolve.ts";
import { REHEARSAL_TOOLS, TOOLS } from "../sandbox/toolchain/tools.ts";
import {
  checkDisk,
  checkFolders,
  checkGit,
  checkLocks,
  checkNode,
  checkPackages,
  checkSetpriv,
} from "./doctor/machine.ts";
import { formatReport } from "./doctor/print.ts";
import { diagnoseRehearsal } from "./doctor/rehearsal.ts";
import type { DoctorReport } from "./doctor/report.ts";
import { diagnosePulumi } from "./doctor/tools.ts";
import { wantsColour } from "../plan/report/colour.ts";

/** `npm run doctor`: says whether this machine can run the project, and what to do where it cannot. Changes nothing. */
const command = new Command("npm run doctor --")
  .description("Look at what the commands need on this machine. Downloads, builds and changes nothing.")
  .argument(
    "[environment]",
    "look at what its accounts must have before a live up instead: quotas, stock, rights, mesh",
  )
  .option("--json", "print the report as JSON, and nothing else, on standard output", false)
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .parse();
const { json } = command.opts<{ json: boolean }>();
const [name] = command.args;
if (name !== undefined) {
  const { runPreflight } = await import("./doctor/preflight.ts");
  process.exit(await runPreflight(name, { json }));
}

const root = join(import.meta.dirname, "..");
const environment = process.env;
const platform = `${process.platform}-${process.arch}` as const;
const cacheFolder = toolsFolder(environment);

const place = { environment, platform, cacheFolder };
const pulumi = await diagnosePulumi(TOOLS.pulumi, place);
const rehearsal = await diagnoseRehearsal(
  REHEARSAL_TOOLS.map((name) => TOOLS[name]),
  place,
);
const checks = [
  checkNode(process.versions.node, process.execPath),
  checkPackages(root, platform),
  ...pulumi.checks,
  rehearsal.check,
  ...(await Promise.all([
    checkGit(environment),
    checkSetpriv(environment, platform),
    checkDisk(cacheFolder, pulumi.diskGiB),
    checkFolders([cacheFolder, join(root, ".sandbox"), tmpdir()]),
    checkLocks(root),
  ])),
];
const ok = checks.every(({ status }) => status !== "failed");
const report: DoctorReport = { ok, platform, checks, tools: [pulumi.report, ...rehearsal.reports] };

process.stdout.write(
  json ? `${JSON.stringify(report, null, 2)}\n` : formatReport(report, { colour: wantsColour(process.stdout) }),
);
process.exitCode = ok ? 0 : 1;
