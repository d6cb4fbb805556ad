import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { homedir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline/promises";
import { today } from "../../plan/today.ts";
import { ApiServer } from "../../sandbox/twin/kinds/kubernetes/api-server.ts";
import type { Environment } from "../../stacks/environment-file.ts";
import { EXIT, InputError } from "../errors.ts";
import { InterruptListener } from "../interrupt.ts";
import { ROOT } from "../run-verb.ts";
import { erase, planErasure } from "./erase.ts";
import { Ledger } from "./ledger.ts";
import { describeErasure, type ErasureReport, isComplete } from "./report.ts";

/** Where the ledgers stand, one file for each environment. */
const LEDGERS = path.join(ROOT, "operations/ledger");

export interface RunOptions {
  readonly dryRun: boolean;
  readonly json: boolean;
  /** Absolute path of a file with one id a line, `-` for standard input; a person is asked where it is left out. */
  readonly subjectFile: string | undefined;
  /** Absolute path; `KUBECONFIG` or the one of the home directory where it is left out. */
  readonly kubeconfig: string | undefined;
  /** ISO date of the copy that was restored. */
  readonly restored: string | undefined;
}

/** Erases, reports, and returns the exit code. @throws InputError before anything was asked of a store */
export async function runErase(environment: Environment, options: RunOptions): Promise<number> {
  const { dryRun, json } = options;
  if (dryRun) {
    print(planErasure(environment, today()), json);
    return EXIT.ok;
  }
  const kubeconfig = options.kubeconfig ?? process.env["KUBECONFIG"] ?? path.join(homedir(), ".kube/config");
  if (!existsSync(kubeconfig)) {
    throw new InputError(
      `${kubeconfig}: there is no such file; name the cluster's with --kubeconfig, or add --dry-run.`,
    );
  }
  const subjects = await subjectsOf(options.subjectFile);
  using interrupt = new InterruptListener((message) => process.stderr.write(`\n${message}\n`));
  const api = await ApiServer.fromKubeconfig(kubeconfig);
  const ledger = new Ledger(LEDGERS, environment.name);
  const before = options.restored === undefined ? [] : ledger.missing(options.restored, subjects);
  let complete = before.length === 0;
  for (const subject of subjects) {
    const report = await erase(environment, {
      subject,
      api,
      ledger,
      today: today(),
      signal: interrupt.finish,
      onStore: ({ workload, outcome }) => void process.stderr.write(`${workload}: ${outcome}\n`),
    });
    print(report, json);
    complete &&= isComplete(report);
  }
  for (const { day, subjectHash } of before) {
    process.stderr.write(`erased on ${day} and not among the ids given: ${subjectHash}\n`);
  }
  return complete ? EXIT.ok : EXIT.failed;
}

/** One JSON object a line: there may be several persons. */
const print = (report: ErasureReport, json: boolean): void =>
  void process.stdout.write(json ? `${JSON.stringify(report)}\n` : describeErasure(report));

/** The ids, never from an argument: the machine's list of processes shows those. */
async function subjectsOf(file: string | undefined): Promise<readonly string[]> {
  const given =
    file === undefined ? await prompted() : file === "-" ? await text(process.stdin) : await readFile(file, "utf8");
  const subjects = [...new Set(given.split("\n").map((line) => line.trim()))].filter((line) => line !== "");
  if (subjects.length === 0) throw new InputError("no id of a person was given; expected one a line.");
  return subjects;
}

async function prompted(): Promise<string> {
  if (!process.stdin.isTTY)
    throw new InputError("nobody is here to name the person: add --subject-file <path>, or `-`.");
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await prompt.question("Id of the person to forget: ");
  } finally {
    prompt.close();
  }
}
