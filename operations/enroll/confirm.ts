import { readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import type { EnvironmentSpec } from "../../stacks/spec/environment.ts";
import type { OnpremMember } from "../../stacks/layers/enrolment.ts";
import { InputError } from "../errors.ts";
import { enrolmentReport, type EnrolmentReport } from "./report.ts";
import { type NodeStateWord, withState } from "./set-state.ts";

/**
 * The report of a host, if it says that this very node is enrolled.
 *
 * @throws InputError for another file, another node, or a node that is not enrolled; it says what is left to do.
 */
export function readReport(
  file: string,
  { environment }: Pick<EnvironmentSpec, "environment">,
  member: OnpremMember,
): EnrolmentReport {
  let text: unknown;
  try {
    text = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputError(
      `${file} can not be read: ${reason}. It is the report.json that the script wrote on the host.`,
    );
  }
  const parsed = enrolmentReport.safeParse(text);
  if (!parsed.success) {
    throw new InputError(`${file} is no report of an enrolment:\n${z.prettifyError(parsed.error)}`);
  }
  const report = parsed.data;
  const wanted = `${member.poolName}-${member.id}`;
  if (report.environment !== environment.name || report.node !== wanted) {
    throw new InputError(
      `${file} is the report of ${report.node} of ${report.environment}, expected ${wanted} of ${environment.name}.`,
    );
  }
  if (!report.enrolled) throw new InputError(`${file} says that ${wanted} is not enrolled yet: ${leftOf(report)}`);
  return report;
}

function leftOf({ checks, steps }: EnrolmentReport): string {
  const bad = checks.find(({ status }) => status === "failed");
  if (bad !== undefined)
    return `${bad.name} is ${bad.found}, expected ${bad.expected}. Correct it and run the script again.`;
  const failed = steps.find(({ status }) => status === "failed");
  const what = failed === undefined ? "it was a dry run" : `${failed.name} failed: ${failed.message}`;
  return `${what}. Run the script again.`;
}

/** Writes the state of a node to the environment file. @returns false if it had that state already. */
export function setState(file: string, { pool, poolName, id }: OnpremMember, state: NodeStateWord): boolean {
  if (pool.nodes[id]?.state === state) return false;
  writeFileSync(file, withState(readFileSync(file, "utf8"), poolName, id, state));
  return true;
}
