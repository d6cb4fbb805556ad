import { bad, boundary, changed, exampleRow, good, unknown } from "../example.ts";
import { POD, WORKLOAD } from "../example-workload.ts";
import { podOf, POD_TYPES } from "../pods.ts";
import { noParameters } from "../resource-rule.ts";
import { UNKNOWN, type Row } from "../row.ts";
import type { Rule } from "../rule.ts";
import { asText, below, placeIn } from "../values.ts";
import { exceeds } from "./data-class.ts";
import type { z } from "zod";

const SELECTOR = `${POD}.nodeSelector["splitfleet/pool"]`;

const PLACEMENT_GROUP = "hcloud:index/placementGroup:PlacementGroup";

/** Types whose labels say what the nodes of a pool may hold; a pool that is asleep has its placement group only. */
const NODES = [
  "hcloud:index/server:Server",
  PLACEMENT_GROUP,
  "aws:autoscaling/group:Group",
  "splitfleet:compute:OnpremNode",
];

/** Where agents live that look after their node, and see nothing but what it holds already. */
const NODE_AGENTS = "splitfleet-nodes";

/** Makes a pod on every node that its pods put up with. */
const DAEMON_SET = "kubernetes:apps/v1:DaemonSet";
const EVERYWHERE: Row = { ...changed(WORKLOAD, `${POD}.nodeSelector`, undefined), type: DAEMON_SET };

const node = (pool: string, dataClass: string): Row =>
  exampleRow("hcloud:index/server:Server", `${pool}-1`, {}, { labels: { pool, "data-class": dataClass } });

export const workloadFitsPool: Rule<z.output<typeof noParameters>> = {
  id: "privacy/workload-fits-pool",
  title: "A workload runs only on pools that may hold its data",
  why:
    "Data is on the disks and in the memory of the nodes where its workload runs. A pod that may be scheduled " +
    "anywhere is, sooner or later, scheduled on the node that must not see it.",
  severity: "critical",
  level: "mandatory",
  scope: "environment",
  config: noParameters,
  unknown: "fail",
  fix: "Name a pool of the workload's class or above in `workloads.<workload>.pool`.",
  source: "GDPR Articles 25 and 32",
  examples: [
    good("personal data on a pool for personal data", [WORKLOAD, node("inference", "personal")]),
    bad("personal data on a pool for internal data", [WORKLOAD, node("inference", "internal")], SELECTOR),
    bad(
      "personal data on any node there is",
      [changed(WORKLOAD, `${POD}.nodeSelector`, undefined), node("inference", "personal")],
      SELECTOR,
    ),
    boundary(
      "the lowest of the pool's nodes decides",
      [WORKLOAD, node("inference", "personal"), { ...node("inference", "confidential"), urn: "b" }],
      SELECTOR,
    ),
    boundary("personal data on a pool for it that is asleep", [
      WORKLOAD,
      { ...node("inference", "personal"), type: PLACEMENT_GROUP },
    ]),
    boundary("public data on any node", {
      ...changed(WORKLOAD, `${POD}.nodeSelector`, undefined),
      labels: { "data-class": "public" },
    }),
    boundary("a pod on every node, each of which may hold its data", [EVERYWHERE, node("inference", "personal")]),
    boundary(
      "a pod on every node, one of which may not",
      [EVERYWHERE, node("inference", "personal"), node("burst", "internal")],
      SELECTOR,
    ),
    boundary("an agent on every node, which sees what its node holds", [
      changed(EVERYWHERE, "metadata.namespace", NODE_AGENTS),
      node("burst", "internal"),
    ]),
    unknown(
      "a pool that `up` decides",
      [changed(WORKLOAD, `${POD}.nodeSelector`, UNKNOWN), node("inference", "personal")],
      SELECTOR,
    ),
  ],

  *check(rows) {
    const pools = classesByPool(rows);
    for (const row of rows) {
      const held = row.labels["data-class"] ?? "personal";
      if (!POD_TYPES.includes(row.type) || held === "public") continue;
      const { path, value } = below(podOf(row), "nodeSelector", "splitfleet/pool");
      const pool = asText(value);
      const everywhere = row.type === DAEMON_SET && value === undefined;
      if (everywhere && placeIn(row, "metadata", "namespace").value === NODE_AGENTS) continue;
      const allowed = everywhere ? [...new Set([...pools.values()].flat())] : pools.get(pool ?? "");
      if (allowed?.every((ceiling) => !exceeds(held, ceiling)) === true) continue;
      const place =
        pool === undefined ? "any node" : `pool ${pool}, which may hold ${allowed?.join(" and ") ?? "nothing known"}`;
      yield {
        urn: row.urn,
        path,
        message: `${row.name} has ${held} data and may run on ${place}.`,
        value: value === UNKNOWN ? UNKNOWN : (pool ?? "nothing"),
        limit: `a pool for ${held} data`,
      };
    }
  },
};

function classesByPool(rows: readonly Row[]): ReadonlyMap<string, readonly string[]> {
  const classes = new Map<string, readonly string[]>();
  for (const { type, labels } of rows) {
    if (!NODES.includes(type) || labels.pool === undefined) continue;
    classes.set(labels.pool, [...new Set([...(classes.get(labels.pool) ?? []), labels["data-class"] ?? "public"])]);
  }
  return classes;
}
