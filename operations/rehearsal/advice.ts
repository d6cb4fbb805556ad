import { Decimal } from "decimal.js";

import type { Catalogue } from "../../plan/pricing/catalogue/catalogue.ts";
import type { Cost } from "../../policies/cost.ts";
import type { ResolvedEnvironment } from "../../stacks/environment-file.ts";
import { demandOf, type PoolDemand } from "../../stacks/spec/checks/capacity.ts";
import { describeResources, firstFit, freeOf, type Pod, type Resources } from "../../stacks/spec/checks/first-fit.ts";
import { type QuotaShortage, quotaShortages } from "../../stacks/spec/checks/quota.ts";
import { allOf, count } from "../../stacks/words.ts";
import { changesThatFit } from "./changes.ts";
import type { Advice, PodReport } from "./report.ts";

type Euros = Pick<Advice, "expectedEurosPerMonth" | "worstEurosPerMonth">;

export interface AdviceArgs {
  readonly environment: ResolvedEnvironment;
  readonly pods: readonly PodReport[];
  readonly catalogue: Catalogue;
  /** What an environment costs, planned anew. */
  readonly price: (environment: ResolvedEnvironment) => Promise<Cost>;
}

/** For each pool and each quota that lacks room: how much, and the cheapest change with which all of it fits. */
export async function advise(args: AdviceArgs): Promise<Advice[]> {
  const { environment, pods } = args;
  const pending = new Set(
    pods.filter(({ phase, node }) => phase === "Pending" && node === null).map(({ pool }) => pool),
  );
  const now = pending.size === 0 ? undefined : await args.price(environment);
  const advice: Advice[] = [];
  for (const [name, pool] of Object.entries(environment.spec.pools)) {
    const demand = demandOf({ ...environment.spec, lock: environment.lock }, name, pool);
    if (now === undefined || demand === undefined || !pending.has(name)) continue;
    advice.push(await poolAdvice(name, demand, now, args));
  }
  return [...advice, ...quotaAdvice(args)];
}

async function poolAdvice(
  name: string,
  demand: PoolDemand,
  now: Cost,
  { environment, catalogue, price }: AdviceArgs,
): Promise<Advice> {
  const { pods, daemons, size, offered } = demand;
  const { nodes, homeless } = firstFit(pods, size, offered, daemons);
  const about = { for: "pool", name } as const;
  if (homeless.length === 0) {
    const shortage =
      environment.spec.pools[name]?.kind === "aws"
        ? "its nodes would have the room, but Cluster Autoscaler finds no node for it in what its group's tags describe"
        : "its nodes have the room; what else the scheduler asks for is in the pods' reasons";
    return { ...about, shortage, change: "", expectedEurosPerMonth: null, worstEurosPerMonth: null };
  }
  const shortage = describeShortage(homeless, nodes.map(freeOf));
  const options: { readonly change: string; readonly euros: Euros }[] = [];
  for (const { what, environment: changed } of changesThatFit(environment, name, catalogue)) {
    const euros = changed === undefined ? UNPRICED : difference(now, await price(changed));
    options.push({ change: what, euros });
  }
  const [best] = options.filter(({ euros }) => euros !== UNPRICED).toSorted((a, b) => byWorst(a.euros, b.euros));
  const unpriced = options
    .filter(({ euros }) => euros === UNPRICED)
    .map(({ change }) => `${change} (no price is known)`);
  const change = [...(best === undefined ? [] : [best.change]), ...unpriced].join("; or ");
  return { ...about, shortage, change, ...(best?.euros ?? UNPRICED) };
}

const UNPRICED: Euros = { expectedEurosPerMonth: null, worstEurosPerMonth: null };

function describeShortage([largest, ...others]: readonly Pod[], free: readonly Resources[]): string {
  if (largest === undefined) return "";
  const [most] = free.toSorted((a, b) => b.memoryMiB - a.memoryMiB);
  const more = others.length === 0 ? "" : ` (and ${count(others.length, "smaller pod")})`;
  const room =
    most === undefined ? "the pool has no node" : `the most that a node has left is ${describeResources(most)}`;
  return `${largest.name} asks for ${describeResources(largest)}${more}; ${room}`;
}

/** A quota bills nothing, so what it takes is known to the cent. */
function quotaAdvice({ environment, pods }: AdviceArgs): Advice[] {
  const refused = new Set(pods.filter(({ phase }) => phase === "NotCreated").map(({ namespace }) => namespace));
  const shortages = [...quotaShortages(environment.spec)].filter(({ namespace }) => refused.has(namespace));
  const describe = ({ resource, asked, limit }: QuotaShortage): string => `${resource} ${asked} of ${limit}`;
  return [...Map.groupBy(shortages, ({ team }) => team)].map(([team, lacking]) => ({
    for: "team" as const,
    name: team,
    shortage: `its workloads ask for ${allOf(lacking.map(describe))}`,
    change: `quota: { ${lacking.map(({ resource, asked }) => `${resource}: ${Math.ceil(asked)}`).join(", ")} }`,
    expectedEurosPerMonth: "+0.00",
    worstEurosPerMonth: "+0.00",
  }));
}

function difference(before: Cost, after: Cost): Euros {
  const change = (burn: "expected" | "worst"): string => {
    const euros = new Decimal(after[burn].monthly).minus(before[burn].monthly);
    return `${euros.isNegative() ? "-" : "+"}${euros.abs().toFixed(2)}`;
  };
  return { expectedEurosPerMonth: change("expected"), worstEurosPerMonth: change("worst") };
}

const byWorst = (a: Euros, b: Euros): number =>
  new Decimal(a.worstEurosPerMonth ?? 0).comparedTo(b.worstEurosPerMonth ?? 0) ||
  new Decimal(a.expectedEurosPerMonth ?? 0).comparedTo(b.expectedEurosPerMonth ?? 0);
