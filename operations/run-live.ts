import { planEnvironment } from "../plan/plan.ts";
import { toTable } from "../plan/report/table.ts";
import { today } from "../plan/today.ts";
import type { OperationResult } from "../sandbox/session/engine.ts";
import type { EngineEvent } from "../sandbox/session/events.ts";
import { stackOutputs } from "../sandbox/session/state.ts";
import { resolveTool } from "../sandbox/toolchain/resolve.ts";
import type { Environment } from "../stacks/environment-file.ts";
import { FOUNDATION, type Layer } from "../stacks/layering.ts";
import { VaultError } from "../stacks/vault-api.ts";
import { allOf } from "../stacks/words.ts";
import { accountsOf } from "./accounts.ts";
import { BootstrapError } from "./bootstrap/ceremony.ts";
import { firstRun, isFirstBringUp } from "./bootstrap/first-run.ts";
import {
  bootstrapVault,
  type BootstrapOptions,
  forgetLiveNodes,
  joinLiveNodes,
  liveKubeconfig,
  vaultToken,
} from "./bootstrap/live.ts";
import { confirm } from "./confirm.ts";
import { EXIT, InputError } from "./errors.ts";
import { InterruptListener } from "./interrupt.ts";
import { targetsOf } from "./layers/targets.ts";
import { LiveStack, type LivePreview } from "./live.ts";
import { NodeControlError } from "./nodes/control.ts";
import { preflight } from "./preflight/preflight.ts";
import { driftOf } from "./preview.ts";
import { Progress } from "./progress.ts";
import type { OperationReport } from "./report.ts";
import { ROOT } from "./run-verb.ts";
import { awsCli } from "./resolve/aws-cli.ts";
import { describeChanges } from "./summary.ts";

export interface LiveRunOptions extends BootstrapOptions {
  /** Where the environment file was taken from, if not from `stacks/`. */
  readonly file: string | undefined;
  readonly json: boolean;
  /** Agrees beforehand, as in CI. */
  readonly yes: boolean;
  /** For `preview`: reads what really exists first, and fails if anything would change. @default false */
  readonly drift?: boolean;
  /** For `up` and `preview`: this layer alone. @default all of them */
  readonly only?: Layer | undefined;
}

/** A person can put these right; the message says how. */
const JOIN_ERRORS = [BootstrapError, InputError, NodeControlError, VaultError] as const;

/** Runs a verb on a real stack with the user's own Pulumi: shows euros and protected deletes first, and asks. */
export async function runLive(
  verb: "up" | "preview",
  environment: Environment,
  options: LiveRunOptions,
): Promise<number> {
  const { name } = environment;
  if (options.file !== undefined) {
    throw new InputError("--file works on a copy, as a rehearsal does: add --rehearse, or put the file into stacks/.");
  }
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const pulumi = await resolveTool("pulumi");
  const user = { ...process.env, ...environment.variables };
  const live = { root: ROOT, environment: name, pulumi, node: process.execPath, user };
  using stack = new LiveStack(live);
  await stack.check();

  const plan = await planEnvironment(environment, { today: today() });
  say(toTable(plan, { colour: false }));
  if (plan.summary.mandatory > 0) return plan.summary.undecided > 0 ? EXIT.refused : EXIT.failed;
  const { only } = options;
  const state = (await stack.state()).resources ?? [];
  const first = verb === "up" && only === undefined && isFirstBringUp(environment.spec, state);
  if (verb === "up" && only === undefined) {
    const { checks, ok } = await preflight(environment, {
      today: today(),
      environment: first ? { ...user, ...vaultToken(name, user, options.operators) } : user,
    });
    for (const { title, found, fix, status } of checks) if (status === "failed") say(`${title}: ${found}. ${fix}`);
    // Later on, what is missing above must not keep a change below from being made: it is told, and a person decides.
    if (!ok && first) {
      say(`Nothing was changed. \`npm run doctor -- ${name}\` says more.`);
      return EXIT.refused;
    }
  }
  const layers = only === undefined ? (first ? FOUNDATION : []) : [only];
  const targets = layers.length === 0 ? [] : targetsOf(layers, plan.rows, state);
  const preview = await stack.preview({ refresh: options.drift ?? false, targets });
  say(describePreview(name, preview));
  if (verb === "preview") return options.drift === true && driftOf(preview.changes) > 0 ? EXIT.failed : EXIT.ok;
  const accounts = await accountsOf(environment.spec, {
    pulumi: await stack.account(),
    aws: awsCli(undefined, "Nothing was changed."),
    environment: user,
  });
  say(`Accounts:\n${accounts.join("\n")}`);
  if (first) {
    say(`New: first ${allOf(FOUNDATION)}, then Vault's ceremony and roles, then the nodes join, then the rest.`);
  }
  if (!options.yes && !(await confirm(`Change the live stack "${name}"?`))) return EXIT.refused;

  using interrupt = new InterruptListener(say);
  const counter = new Progress(only === undefined ? plan.rows.length : undefined);
  const onEvent = (event: EngineEvent): void => {
    const line = counter.line(event);
    if (line !== undefined) say(line);
  };
  let access = user;
  const run = async (chosen: readonly Layer[]): Promise<OperationResult> => {
    using current = new LiveStack({ ...live, user: access });
    const resources = first ? ((await current.state()).resources ?? []) : state;
    const wanted = chosen.length === 0 ? [] : targetsOf(chosen, plan.rows, resources);
    return await current.run("up", { interrupt, targets: wanted, onEvent });
  };
  const result = first
    ? await firstRun({
        run,
        openVault: async () => {
          access = { ...access, ...(await bootstrapVault(environment, user, options, say)) };
        },
        join: async () => {
          await joinLiveNodes(environment, access, say);
          access = { ...access, ...(await liveKubeconfig(environment)) };
        },
      })
    : await run(layers);
  let complete = result.exitCode === 0;
  if (!first && only === undefined && complete) {
    await forgetLiveNodes(environment, access, say);
    // The engine has done its part by now, and its report is due whatever becomes of the new nodes.
    await joinLiveNodes(environment, access, say).catch((error: unknown) => {
      if (!(error instanceof Error && JOIN_ERRORS.some((kind) => error instanceof kind))) throw error;
      say(error.message);
      complete = false;
    });
  }
  for (const { severity, message } of result.diagnostics) if (severity === "error") say(message);
  const report: OperationReport = {
    environment: name,
    changes: result.changes,
    durationMs: result.durationMs,
    outputs: stackOutputs(await stack.state()),
    cost: plan.cost,
  };
  const text = options.json ? JSON.stringify(report, undefined, 2) : `${name}: ${describeChanges(result.changes)}`;
  process.stdout.write(`${text}\n`);
  if (interrupt.interrupted) return EXIT.interrupted;
  return complete ? EXIT.ok : EXIT.failed;
}

function describePreview(name: string, { changes, protectedDeletes }: LivePreview): string {
  const counts = Object.entries(changes).map(([operation, count]) => `${count} to ${operation}`);
  const lines = [`${name}: ${counts.length === 0 ? "no change" : counts.join(", ")}`];
  if (protectedDeletes.length > 0) {
    const urns = protectedDeletes.map((urn) => `  ${urn}`);
    lines.push("Protected, yet to be deleted or replaced; Pulumi will refuse:", ...urns);
  }
  return lines.join("\n");
}
