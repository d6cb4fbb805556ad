import { existsSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { planEnvironment } from "../../plan/plan.ts";
import { toTable } from "../../plan/report/table.ts";
import { today } from "../../plan/today.ts";
import { stackOutputs } from "../../sandbox/session/state.ts";
import { resolveTool } from "../../sandbox/toolchain/resolve.ts";
import { ApiServer } from "../../sandbox/twin/kinds/kubernetes/api-server.ts";
import type { Environment } from "../../stacks/environment-file.ts";
import { ofKind } from "../../stacks/spec/of-kind.ts";
import { hasCluster } from "../../stacks/spec/optional-parts.ts";
import { storesOf } from "../../stacks/stores.ts";
import { accountsOf } from "../accounts.ts";
import { confirm } from "../confirm.ts";
import { EXIT, InputError } from "../errors.ts";
import { InterruptListener } from "../interrupt.ts";
import { LiveStack } from "../live.ts";
import { declaredNodes } from "../nodes/inventory.ts";
import { Progress } from "../progress.ts";
import { createAsk } from "../resolve/ask.ts";
import { awsCli } from "../resolve/aws-cli.ts";
import { ROOT } from "../run-verb.ts";
import { TailscaleApi } from "../tailscale.ts";
import { AwsInventory } from "./aws.ts";
import { ClusterInventory } from "./cluster.ts";
import { Unasked, type Inventory } from "./found.ts";
import { assertAgreed, heldData } from "./held-data.ts";
import { HetznerInventory } from "./hetzner.ts";
import { meshInventory } from "./mesh.ts";
import { downReport, type DownRunOptions, dryRunReport, isManagedBy, NOTHING, print } from "./run.ts";
import { isSwept, sweep, type SweepReport } from "./sweep.ts";

const AFTERMATH = "What had gone before is gone; the next run goes on.";

export interface LiveDownOptions extends DownRunOptions {
  /** Asks nothing of the cluster: what its controllers have made is left to the sweep by label. */
  readonly withoutCluster: boolean;
}

/**
 * Takes a live environment down: what controllers have made, while they run; then the stack, with the protection of what
 * was named lifted; then what is left at the providers. Each step may be repeated, so an interrupted run goes on.
 */
export async function liveDown(environment: Environment, options: LiveDownOptions): Promise<number> {
  const { name } = environment;
  const { file, json, yes, dryRun, deleteData } = options;
  if (file !== undefined) {
    throw new InputError("--file works on a copy, as a rehearsal does: add --rehearse, or put the file into stacks/.");
  }
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const pulumi = await resolveTool("pulumi");
  const user = { ...process.env, ...environment.variables };
  using stack = new LiveStack({ root: ROOT, environment: name, pulumi, node: process.execPath, user });
  await stack.check();

  const state = await stack.state();
  const data = heldData(state, storesOf(environment));
  const cluster = options.withoutCluster ? [] : clusterInventories(environment, user);
  const providers = providerInventories(environment, user);
  if (dryRun) {
    const looked = await sweep(cluster, { environment: name, dryRun });
    const left = await sweep(providers, { environment: name, dryRun, isManaged: isManagedBy(state) });
    return print(dryRunReport(name, state, { data, cluster: looked, sweep: left }), json, EXIT.ok);
  }
  assertAgreed(data, deleteData, `npm run down -- ${name}`);
  const plan = await planEnvironment(environment, { today: today() });
  say(toTable(plan, { colour: false }));
  const aws = awsCli(undefined, "Nothing was destroyed.");
  const accounts = await accountsOf(environment.spec, { pulumi: await stack.account(), aws, environment: user });
  say(`Accounts:\n${accounts.join("\n")}`);
  if (!yes && !(await confirm(`Destroy all of the live stack "${name}"?`))) return EXIT.refused;

  using interrupt = new InterruptListener(say);
  const onRemoved = ({ provider, kind, name: thing, id }: SweepReport["removed"][number]): void =>
    say(`removed ${provider} ${kind} ${thing === "" ? id : thing}`);
  const sweepOptions = { environment: name, signal: interrupt.finish, onRemoved };
  const released = await sweep(cluster, sweepOptions);
  const stuck = released.left.filter(({ refused }) => refused);
  if (stuck.length > 0) {
    stuck.forEach(({ kind, name: thing, why }) => say(`${kind} ${thing}: ${why}`));
    say(
      `Nothing of the stack was destroyed yet. Run \`npm run down -- ${name}\` again, or add --no-cluster: ` +
        "what the cluster's controllers have made is then found by its label alone.",
    );
    return EXIT.failed;
  }
  const guarded = (state.resources ?? []).flatMap(({ protect, urn }) => (protect === true ? [urn] : []));
  if (guarded.length > 0) await stack.unprotect(guarded);

  const counter = new Progress(state.resources?.length);
  const result = await stack.run("destroy", {
    interrupt,
    onEvent: (event) => {
      const line = counter.line(event);
      if (line !== undefined) say(line);
    },
  });
  for (const { severity, message } of result.diagnostics) if (severity === "error") say(message);
  const swept = result.exitCode === 0 ? await sweep(providers, sweepOptions) : NOTHING;
  const report = downReport(
    {
      environment: name,
      changes: result.changes,
      durationMs: result.durationMs,
      outputs: stackOutputs(await stack.state()),
      cost: null,
    },
    { data, cluster: released, sweep: swept },
  );
  const done = result.exitCode === 0 && isSwept(swept);
  return print(report, json, interrupt.interrupted ? EXIT.interrupted : done ? EXIT.ok : EXIT.failed);
}

/** What can be asked with the kubeconfig of the environment; a cluster that can not be asked is reported as such. */
function clusterInventories({ name, spec }: Environment, user: NodeJS.ProcessEnv): readonly Inventory[] {
  if (!hasCluster(spec)) return [];
  const kubeconfig = user["KUBECONFIG"] ?? path.join(homedir(), ".kube/config");
  const connect = async (): Promise<ClusterInventory> => {
    if (!existsSync(kubeconfig)) throw new Unasked(`${kubeconfig}: there is no such file; name one in KUBECONFIG`);
    const api = await ApiServer.fromKubeconfig(kubeconfig, `splitfleet-${name}`);
    return new ClusterInventory(api, { environment: name });
  };
  return [
    {
      provider: "kubernetes",
      list: async () => (await connect()).list(),
      remove: async (found) => (await connect()).remove(found),
    },
  ];
}

/** In the order in which their things go: instances before the devices that they are in the mesh. */
function providerInventories(environment: Environment, user: NodeJS.ProcessEnv): readonly Inventory[] {
  const { name, spec } = environment;
  const ask = createAsk({ aftermath: AFTERMATH });
  const aws = awsCli(undefined, AFTERMATH);
  const regions = new Set(Object.values(ofKind(spec.sites, "aws")).map(({ region }) => region));
  const hetzner = Object.keys(ofKind(spec.sites, "hetzner")).length > 0;
  return [
    ...(hetzner ? [new HetznerInventory(ask, user["HCLOUD_TOKEN"])] : []),
    ...[...regions].map((region) => new AwsInventory(aws, region)),
    meshInventory(new TailscaleApi(ask, user), name, declaredNodes(environment)),
  ];
}
