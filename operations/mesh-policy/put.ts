import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { record } from "../../plan/recorder/record.ts";
import { rules } from "../../policies/registry.ts";
import { runRulesOnResource } from "../../policies/run.ts";
import type { Interrupt, OperationResult } from "../../sandbox/session/engine.ts";
import { openSession } from "../../sandbox/session/session.ts";
import { resolveTool } from "../../sandbox/toolchain/resolve.ts";
import { ORGANISATION } from "../../stacks/environment-names.ts";
import { organisation } from "../../stacks/organisation.ts";
import { loadTailnet } from "../../stacks/tailnet.ts";
import { confirm } from "../confirm.ts";
import { InputError } from "../errors.ts";
import { LiveStack } from "../live.ts";
import { recover } from "../recover.ts";

export interface PutOptions {
  /** The project's folder. */
  readonly root: string;
  readonly tailnet: string;
  readonly interrupt: Interrupt;
}

/** Puts the policy in place in the twin. */
export async function rehearsePut({ root, tailnet, interrupt }: PutOptions): Promise<OperationResult> {
  await assertAllowed(root, tailnet);
  const folder = mkdtempSync(path.join(tmpdir(), "splitfleet-organisation-"));
  try {
    const file = path.join(folder, `Pulumi.${ORGANISATION}.yaml`);
    writeFileSync(file, `config:\n  splitfleet:tailnet: ${tailnet}\n`);
    await using session = await openSession({
      root,
      environment: { name: ORGANISATION, file, lockFile: path.join(folder, `${ORGANISATION}.lock.yaml`) },
      pulumi: await resolveTool("pulumi"),
      node: process.execPath,
    });
    const refresh = (await recover(session)) === undefined ? [] : ["--refresh"];
    return await session.run(["up", "--yes", "--skip-preview", ...refresh], { interrupt });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export interface LivePutOptions extends PutOptions {
  /** Agrees beforehand, as in CI. */
  readonly yes: boolean;
  readonly say: (text: string) => void;
}

/**
 * Puts the policy in place in the tailnet, with the user's own Pulumi, after a preview and a question.
 *
 * @returns Undefined where nobody agreed.
 * @throws InputError where the stack is not there, or is of another tailnet.
 */
export async function putLive({
  root,
  tailnet,
  interrupt,
  yes,
  say,
}: LivePutOptions): Promise<OperationResult | undefined> {
  assertConfigured(root, tailnet);
  await assertAllowed(root, tailnet);
  const pulumi = await resolveTool("pulumi");
  using stack = new LiveStack({ root, environment: ORGANISATION, pulumi, node: process.execPath, user: process.env });
  await stack.check();
  const { changes } = await stack.preview();
  const counts = Object.entries(changes).map(([operation, count]) => `${count} to ${operation}`);
  say(`${ORGANISATION}: ${counts.length === 0 ? "no change" : counts.join(", ")}`);
  if (!yes && !(await confirm(`Replace the policy of the tailnet ${tailnet}?`))) return undefined;
  return stack.run("up", { interrupt });
}

/** The stack costs nothing and is no environment: only rules that look at one resource say something of it. */
const NO_ENVIRONMENT = {
  environment: ORGANISATION,
  cost: undefined,
  budget: undefined,
  privacy: undefined,
  lifetime: undefined,
  lock: undefined,
};

/** What the rules say of the stack, before anybody is asked. @throws InputError naming each that is broken */
async function assertAllowed(root: string, tailnet: string): Promise<void> {
  const environments = await loadTailnet(path.join(root, "stacks"), tailnet);
  const stack = { name: ORGANISATION, config: {}, secretKeys: [] };
  const { rows } = await record(stack, async () => organisation({ tailnet, environments, overwrite: false }));
  const broken = rows.flatMap((row) => runRulesOnResource(rules, row, NO_ENVIRONMENT));
  if (broken.length === 0) return;
  throw new InputError(broken.map(({ rule, message, fix }) => `${rule}: ${message} ${fix}`).join("\n"));
}

const stackFile = z.object({ config: z.object({ "splitfleet:tailnet": z.string() }) });

function assertConfigured(root: string, tailnet: string): void {
  const file = path.join(root, "stacks", `Pulumi.${ORGANISATION}.yaml`);
  const make = `\`pulumi stack init ${ORGANISATION}\`, then \`pulumi config set splitfleet:tailnet ${tailnet}\``;
  const found = existsSync(file) ? stackFile.safeParse(parse(readFileSync(file, "utf8"))).data : undefined;
  if (found === undefined) throw new InputError(`${file} does not name a tailnet. Run once ${make}.`);
  const named = found.config["splitfleet:tailnet"];
  if (named !== tailnet) {
    throw new InputError(
      `${file} names the tailnet ${named}; expected ${tailnet}. One checkout keeps one tailnet's policy.`,
    );
  }
}
