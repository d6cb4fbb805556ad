import { Decimal } from "decimal.js";
import { holds } from "../../../stacks/spec/values.ts";
import type { Catalogue } from "../catalogue/catalogue.ts";
import { HOURS_PER_MONTH } from "../context.ts";
import { inEuros } from "../euros.ts";
import { byApi, onMachines, type Demand, type Served } from "./fleet-cost.ts";
import type { Profile } from "./profile.ts";

/** Carries the proxy, the metrics and the mesh of a fleet of one's own: 4 GB, orderable. */
const OPERATIONS_SERVER = { provider: "hetzner", kind: "server", item: "cpx22", region: "fsn1" } as const;
const MONTHS_PER_YEAR = 12;

export type Place = "self-hosted" | "api";

/** One way to serve all workloads of a profile. */
export interface Way {
  /** Where each workload is answered, and by what. */
  readonly workloads: readonly { readonly name: string; readonly place: Place; readonly by: string }[];
  readonly computeEuros: Decimal;
  readonly apiEuros: Decimal;
  /** Hours of operation and audits, which come with the first machine. */
  readonly labourEuros: Decimal;
  readonly totalEuros: Decimal;
}

/** The profile's workloads with what each is asked a month. */
export const demandsOf = ({ workloads, requestsPerMonth }: Profile): Demand[] =>
  Object.entries(workloads).map(([name, workload]) => ({
    name,
    ...workload,
    requestsPerMonth: requestsPerMonth * workload.share,
  }));

/** Where a workload may be answered at all, whatever it costs, and why not elsewhere. */
export interface Places {
  readonly allowed: readonly Place[];
  readonly reasons: readonly string[];
}

/** A workload's places by data class, answer time and what models there are. */
export function placesOf(demand: Demand, profile: Profile, catalogue: Catalogue): Places {
  const reasons: string[] = [];
  const allowed: Place[] = [];
  if (onMachines([demand], catalogue) !== undefined) allowed.push("self-hosted");
  else if (demand.modelClass === "frontier") reasons.push(`${demand.name} needs a frontier model; none can be hosted.`);
  else {
    const limit = `${demand.patienceSeconds} seconds`;
    reasons.push(`${demand.name} wants its answer within ${limit}; no machine with a measured speed gives that.`);
  }
  if (!holds(profile.apiDataClass, demand.dataClass)) {
    reasons.push(
      `${demand.name} sends ${demand.dataClass} data; only ${profile.apiDataClass} data may leave to an API.`,
    );
  } else if (byApi(demand, catalogue) !== undefined) allowed.push("api");
  return { allowed, reasons };
}

/**
 * Every assignment of workloads to the places that are allowed to them, cheapest first. Workloads of one model class
 * share machines; those of different classes do not.
 */
export function waysOf(profile: Profile, catalogue: Catalogue): Way[] {
  const demands = demandsOf(profile);
  const places = demands.map((demand) => placesOf(demand, profile, catalogue).allowed);
  const assignments = places.reduce<readonly (readonly Place[])[]>(
    (all, allowed) => all.flatMap((assigned) => allowed.map((place) => [...assigned, place])),
    [[]],
  );
  return assignments
    .flatMap((assignment) => wayOf(profile, demands, assignment, catalogue) ?? [])
    .toSorted((a, b) => a.totalEuros.comparedTo(b.totalEuros));
}

function wayOf(
  profile: Profile,
  demands: readonly Demand[],
  assignment: readonly Place[],
  catalogue: Catalogue,
): Way | undefined {
  const at = (place: Place): Demand[] => demands.filter((_, index) => assignment[index] === place);
  const groups = [...Map.groupBy(at("self-hosted"), ({ modelClass }) => modelClass).values()];
  const hosted = groups.map((group) => ({ group, served: onMachines(group, catalogue) }));
  const bought = at("api").map((demand) => ({ group: [demand], served: byApi(demand, catalogue) }));
  const served = [...hosted, ...bought];
  if (served.some((part) => part.served === undefined)) return undefined;
  const by = (demand: Demand): string => served.find(({ group }) => group.includes(demand))?.served?.by ?? "";
  const machines = hosted.length === 0 ? [] : [operations(catalogue)];
  const computeEuros = Decimal.sum(0, ...machines, ...hosted.map((part) => euros(part.served)));
  const apiEuros = Decimal.sum(0, ...bought.map((part) => euros(part.served)));
  const labourEuros = hosted.length === 0 ? new Decimal(0) : labour(profile);
  return {
    workloads: demands.map((demand, index) => ({
      name: demand.name,
      place: assignment[index] ?? "api",
      by: by(demand),
    })),
    computeEuros,
    apiEuros,
    labourEuros,
    totalEuros: Decimal.sum(computeEuros, apiEuros, labourEuros),
  };
}

const euros = (served: Served | undefined): Decimal => served?.eurosPerMonth ?? new Decimal(0);

const labour = ({ team }: Profile): Decimal =>
  new Decimal(team.operationsHoursPerMonth)
    .times(team.eurosPerHour)
    .plus(new Decimal(team.auditEurosPerYear).div(MONTHS_PER_YEAR));

/**
 * What the server costs a month that carries the proxy, the metrics and the mesh.
 *
 * @throws {Error} if the catalogue has no price of it.
 */
export function operations(catalogue: Catalogue): Decimal {
  const price = catalogue.find(OPERATIONS_SERVER);
  if (price === undefined) throw new Error(`no price of ${OPERATIONS_SERVER.item}, which every fleet needs one of`);
  return inEuros(catalogue, price, price.monthlyCap ?? new Decimal(price.amount).times(HOURS_PER_MONTH));
}
