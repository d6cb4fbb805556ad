import { existsSync, readFileSync } from "node:fs";
import { writeReports, type OutputOptions } from "../../plan/report/output.ts";
import { VERDICT_EXIT } from "../../plan/report/verdict.ts";
import { today } from "../../plan/today.ts";
import { layoutOf } from "../../sandbox/session/layout.ts";
import { openSession } from "../../sandbox/session/session.ts";
import { resolveTool } from "../../sandbox/toolchain/resolve.ts";
import type { Environment } from "../../stacks/environment-file.ts";
import { count } from "../../stacks/words.ts";
import { InputError } from "../errors.ts";
import { LiveStack } from "../live.ts";
import { ROOT } from "../run-verb.ts";
import { SANDBOX } from "../select-environment.ts";
import { auditState } from "./audit.ts";

export interface AuditOptions {
  /** Absolute path of an exported state; the stack itself is asked where it is left out. */
  readonly state: string | undefined;
  readonly rehearse: boolean;
  readonly output: OutputOptions;
}

/** Audits a stack and writes the report. Returns the exit code. @throws InputError for a state that can not be used. */
export async function runAudit(environment: Environment, { state, rehearse, output }: AuditOptions): Promise<number> {
  const { name } = environment;
  const from = state === undefined ? await exported(environment, rehearse || name === SANDBOX) : fromFile(state);
  const { report, pending } = auditState(environment, from, { today: today() });
  if (pending > 0) {
    const recovery = `Run \`npm run recover -- ${name}\``;
    process.stderr.write(`${from.source}: ${count(pending, "operation")} cut off; not judged. ${recovery} first.\n`);
  }
  await writeReports([report], output);
  return VERDICT_EXIT[report.summary.verdict];
}

interface Source {
  readonly state: string;
  readonly source: string;
}

function fromFile(file: string): Source {
  if (!existsSync(file)) {
    throw new InputError(`${file}: there is no such file; expected what \`pulumi stack export --file <path>\` writes.`);
  }
  return { state: readFileSync(file, "utf8"), source: file };
}

async function exported(environment: Environment, rehearsed: boolean): Promise<Source> {
  const { name } = environment;
  if (!rehearsed) {
    const pulumi = await resolveTool("pulumi");
    using stack = new LiveStack({ root: ROOT, environment: name, pulumi, node: process.execPath, user: process.env });
    await stack.check();
    return { state: await stack.decrypted(), source: `the stack "${name}"` };
  }
  if (!existsSync(layoutOf(ROOT, name).checkpointFile)) {
    const up = name === SANDBOX ? "npm run up" : `npm run up -- ${name} --rehearse`;
    throw new InputError(`nothing of "${name}" has been rehearsed yet, so there is no state. Run \`${up}\` first.`);
  }
  const pulumi = await resolveTool("pulumi");
  await using session = await openSession({ root: ROOT, environment, pulumi, node: process.execPath });
  return { state: await session.decrypted(), source: `the rehearsal of "${name}"` };
}
