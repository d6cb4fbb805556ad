import { Decimal } from "decimal.js";
import type { Cost } from "../../policies/cost.ts";
import type { Row } from "../../policies/row.ts";
import type { Environment } from "../../stacks/environment-file.ts";
import { allocationOf, layersOf } from "./allocation.ts";
import type { Overview } from "./contract.ts";

/** What an overview is made from. */
export interface Planned extends Pick<Environment, "spec" | "lock" | "secretKeys"> {
  readonly rows: readonly Row[];
  readonly cost: Cost;
}

/** Who is to be dealt with, and whose the euros are. */
export function overviewOf(planned: Planned): Overview {
  const allocation = allocationOf(planned);
  return { ...dealings(planned), allocation, layers: layersOf(allocation) };
}

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

function dealings({ rows, cost, secretKeys }: Planned): Omit<Overview, "allocation" | "layers"> {
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
