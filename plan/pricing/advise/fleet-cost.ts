import { Decimal } from "decimal.js";
import type { Catalogue } from "../catalogue/catalogue.ts";
import { HOURS_PER_MONTH } from "../context.ts";
import { inEuros } from "../euros.ts";
import { tokenMonth } from "../tokens.ts";
import type { ProfileWorkload } from "./profile.ts";
import { API_MODELS, MACHINES, suffices, type ApiModel, type Machine } from "./ways.ts";

const SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600;
/** A queue grows without bound near full load; above this share answers take a multiple of their own time. */
const MOST_BUSY = 0.8;

/** A workload with the requests that reach it each month. */
export interface Demand extends ProfileWorkload {
  readonly name: string;
  readonly requestsPerMonth: number;
}

/** One way to answer some workloads. */
export interface Served {
  /** Such as `2 x cpx42` or `openai gpt-4o`. */
  readonly by: string;
  readonly eurosPerMonth: Decimal;
  /** Of one request that does not wait for others; undefined where the provider does not say. */
  readonly secondsPerRequest?: number;
}

/** Seconds of a machine's whole time that a request takes. */
export function machineSeconds(machine: Machine, { promptTokens, completionTokens }: ProfileWorkload): number {
  const { batchedTokensPerSecond } = machine;
  if (batchedTokensPerSecond !== undefined) return (promptTokens + completionTokens) / batchedTokensPerSecond;
  return answerSeconds(machine, { promptTokens, completionTokens });
}

/** Seconds until the whole answer is there, on a machine that does nothing else. */
export const answerSeconds = (
  { readTokensPerSecond, writeTokensPerSecond }: Machine,
  { promptTokens, completionTokens }: Pick<ProfileWorkload, "promptTokens" | "completionTokens">,
): number => promptTokens / readTokensPerSecond + completionTokens / writeTokensPerSecond;

/** Machines that are good and fast enough for a workload and can be ordered, whatever they cost. */
export const machinesFor = (workload: ProfileWorkload, catalogue: Catalogue): Machine[] =>
  MACHINES.filter(
    (machine) =>
      suffices(machine.modelClass, workload.modelClass) &&
      answerSeconds(machine, workload) <= workload.patienceSeconds &&
      orderable(machine, catalogue),
  );

const orderable = ({ price }: Machine, catalogue: Catalogue): boolean => catalogue.find(price)?.orderable !== false;

/** The cheapest equal machines that answer all of the workloads at their peaks; undefined if no machine can. */
export function onMachines(demands: readonly Demand[], catalogue: Catalogue): Served | undefined {
  const [first, ...others] = demands.map((demand) => machinesFor(demand, catalogue));
  const common = (first ?? []).filter((machine) => others.every((machines) => machines.includes(machine)));
  const served = common.flatMap((machine): Served[] => {
    const price = catalogue.find(machine.price);
    if (price === undefined) return [];
    const hourly = inEuros(catalogue, price).times(HOURS_PER_MONTH);
    const monthly =
      price.monthlyCap === undefined ? hourly : Decimal.min(hourly, inEuros(catalogue, price, price.monthlyCap));
    const nodes = Math.max(1, Math.ceil(load(machine, demands) / MOST_BUSY));
    const slowest = Math.max(...demands.map((demand) => answerSeconds(machine, demand)));
    return [{ by: `${nodes} x ${machine.name}`, eurosPerMonth: monthly.times(nodes), secondsPerRequest: slowest }];
  });
  return cheapest(served);
}

/** Machines that are busy on average in the workloads' busiest minute. */
const load = (machine: Machine, demands: readonly Demand[]): number =>
  demands.reduce((sum, demand) => {
    const bought = demand.requestsPerMonth * (1 - demand.cacheHitShare);
    return sum + (bought * machineSeconds(machine, demand) * demand.peakFactor) / SECONDS_PER_MONTH;
  }, 0);

/** The cheapest API model that is good enough for a workload; undefined if the catalogue has none. */
export function byApi(demand: Demand, catalogue: Catalogue): Served | undefined {
  const served = API_MODELS.filter(({ modelClass }) => suffices(modelClass, demand.modelClass)).flatMap((model) => {
    const euros = apiEuros(demand, model, catalogue);
    return euros === undefined ? [] : [{ by: `${model.provider} ${model.model}`, eurosPerMonth: euros }];
  });
  return cheapest(served);
}

/** What a month of a workload costs by one API model; undefined if the catalogue has no price of it. */
export function apiEuros(demand: Demand, { provider, model }: ApiModel, catalogue: Catalogue): Decimal | undefined {
  const { requestsPerMonth, cacheHitShare, batchedShare, batchDiscount } = demand;
  const use = {
    tier: demand.modelClass,
    provider,
    model,
    requestsPerMonth,
    inputTokens: demand.promptTokens,
    outputTokens: demand.completionTokens,
    cacheHitShare,
    cachedInputShare: demand.cachedPromptShare,
    batchedShare,
    batchDiscount,
  };
  const { missing, euros } = tokenMonth([use], catalogue);
  return missing.length > 0 ? undefined : euros;
}

const cheapest = (served: readonly Served[]): Served | undefined =>
  served.reduce<Served | undefined>(
    (best, candidate) => (best === undefined || candidate.eurosPerMonth.lt(best.eurosPerMonth) ? candidate : best),
    undefined,
  );
