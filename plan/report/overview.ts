import { Decimal } from "decimal.js";
import type { Cost, LineItem } from "../../policies/cost.ts";
import { POD_TYPES, podOf } from "../../policies/pods.ts";
import { amountOf } from "../../policies/quantity.ts";
import type { Row } from "../../policies/row.ts";
import { asText, below, itemsOf, placeIn } from "../../policies/values.ts";
import type { Environment } from "../../stacks/environment-file.ts";
import type { Overview } from "./contract.ts";

/** What an overview is made from. */
export interface Planned extends Pick<Environment, "spec" | "lock" | "secretKeys"> {
  readonly rows: readonly Row[];
  readonly cost: Cost;
}

/** Who is to be dealt with, and whose the euros are. */
export const overviewOf = (planned: Planned): Overview => ({ ...dealings(planned), allocation: allocationOf(planned) });

/** Packages that log in to somebody; the others, such as `random`, need nobody. */
const ACCOUNTS: Readonly<Record<string, string>> = {
  aws: "aws",
  cloudflare: "cloudflare",
  hcloud: "hetzner",
  kubernetes: "kubernetes",
  tailscale: "tailscale",
  vault: "vault",
};

const OWN_MACHINES = "own machines";

/** Systems of one's own: they need a login, and bill nothing. */
const OWN = new Set(["kubernetes", "vault"]);

function dealings({ rows, cost, secretKeys }: Planned): Omit<Overview, "allocation"> {
  const logins = new Set(
    rows.flatMap(({ type, custom }) => (custom ? (ACCOUNTS[type.split(":")[0] ?? ""] ?? []) : [])),
  );
  const billed = cost.items.filter(({ worst }) => !new Decimal(worst.monthly).isZero());
  const bills = new Set(billed.flatMap(({ price }) => billersOf(price)));
  const providers = new Set([...bills, ...logins].filter((name) => !OWN.has(name) && name !== OWN_MACHINES));
  return {
    providers: [...providers].toSorted(),
    keys: [...logins, ...secretKeys].toSorted(),
    bills: [...bills].toSorted(),
  };
}

/** Whoever sends the bill: the first part of a price's id. What the environment file states is one's own machines. */
function billersOf(price: string): readonly string[] {
  const ids = price.split(", ").filter((id) => id.includes("/"));
  const billers = ids.map((id) => id.split("/")[0] ?? "").filter((biller) => biller !== "exchange-rates");
  return billers.length > 0 ? billers.slice(0, 1) : [OWN_MACHINES];
}

const STANDING = new Set(["hcloud:index/server:Server", "splitfleet:compute:OnpremNode"]);

/**
 * Splits the expected month by team. What stands under a team's own workload is the team's. Nodes that always run are
 * split by the memory that each team's pods ask for; what nobody has asked for is idle. All else is shared.
 */
function allocationOf({ rows, cost, spec, lock }: Planned): Overview["allocation"] {
  const own = new Map<string, Decimal>();
  const byPool = new Map<string, Decimal>();
  let shared = new Decimal(0);
  for (const item of cost.items) {
    const { team, pool } = item.labels;
    const euros = new Decimal(item.expected.monthly);
    if (isOwn(item) && team !== undefined) own.set(team, euros.plus(own.get(team) ?? 0));
    else if (pool !== undefined) byPool.set(pool, euros.plus(byPool.get(pool) ?? 0));
    else shared = shared.plus(euros);
  }
  const ofNodes = new Map<string, Decimal>();
  let idle = new Decimal(0);
  for (const [pool, euros] of byPool) {
    const nodes = rows.filter(({ type, labels }) => STANDING.has(type) && labels.pool === pool).length;
    const bytes = nodes * (memoryGiBOf(pool, { spec, lock }) ?? 0) * 2 ** 30;
    if (bytes === 0) shared = shared.plus(euros);
    else {
      const asked = requestsOn(pool, rows);
      // Asked for more than there is, a pool has nothing idle, and teams share it by what they ask for.
      const whole = Math.max(
        bytes,
        [...asked.values()].reduce((sum, request) => sum + request, 0),
      );
      let rest = euros;
      for (const [team, request] of asked) {
        const part = euros.times(request).div(whole).toDecimalPlaces(2);
        ofNodes.set(team, part.plus(ofNodes.get(team) ?? 0));
        rest = rest.minus(part);
      }
      idle = idle.plus(rest);
    }
  }
  const teams = [...new Set([...own.keys(), ...ofNodes.keys()])].toSorted();
  return {
    teams: teams.map((team) => ({ team, own: text(own.get(team)), nodes: text(ofNodes.get(team)) })),
    shared: text(shared),
    idle: text(idle),
  };
}

const text = (euros: Decimal = new Decimal(0)): string => euros.toFixed(2);

/** Whether an item is paid for by a team alone: it belongs to a workload, or to an endpoint that a team calls. */
const isOwn = ({ labels }: LineItem): boolean => labels["workload"] !== undefined || labels["endpoint"] !== undefined;

/** Memory of one node of a pool whose nodes always run. */
function memoryGiBOf(name: string, { spec, lock }: Pick<Planned, "spec" | "lock">): number | undefined {
  const pool = spec.pools[name];
  if (pool?.kind === "onprem") return pool.hardware.memoryGiB;
  const chosen = lock.pools[name];
  return chosen?.kind === "hetzner" ? chosen.memoryGiB : undefined;
}

/** Bytes that the pods of each team ask for, all replicas together. Jobs come and go, so they count for nothing. */
function requestsOn(pool: string, rows: readonly Row[]): ReadonlyMap<string, number> {
  const asked = new Map<string, number>();
  for (const row of rows) {
    const { team } = row.labels;
    if (team === undefined || row.labels.pool !== pool || !POD_TYPES.includes(row.type)) continue;
    if (row.type.startsWith("kubernetes:batch/")) continue;
    const replicas = Number(asText(placeIn(row, "spec", "replicas").value) ?? 1);
    for (const container of itemsOf(below(podOf(row), "containers"))) {
      const memory = asText(below(container, "resources", "requests", "memory").value);
      if (memory !== undefined) asked.set(team, (asked.get(team) ?? 0) + replicas * amountOf(memory));
    }
  }
  return asked;
}
