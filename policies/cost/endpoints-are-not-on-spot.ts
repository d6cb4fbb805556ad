import { bad, boundary, changed, exampleRow, good, unknown } from "../example.ts";
import { POD, WORKLOAD } from "../example-workload.ts";
import { podOf, POD_TYPES } from "../pods.ts";
import { noParameters } from "../resource-rule.ts";
import { UNKNOWN, type Row } from "../row.ts";
import type { Rule } from "../rule.ts";
import { asObject, asText, below, placeIn } from "../values.ts";
import { BURST_GROUP, GROUP } from "./burst-group.ts";
import type { z } from "zod";

const SERVICE = "kubernetes:core/v1:Service";
const SELECTOR = `${POD}.nodeSelector["splitfleet/pool"]`;

const onBurst = changed(WORKLOAD, SELECTOR, "burst");
const service = exampleRow(SERVICE, "api", {
  metadata: { namespace: "team-example" },
  spec: { selector: { app: "api" } },
});

export const endpointsAreNotOnSpot: Rule<z.output<typeof noParameters>> = {
  id: "cost/endpoints-are-not-on-spot",
  title: "What is served does not run on spot capacity alone",
  why:
    "Spot saves money on work that can be repeated. An endpoint on it is down whenever the market is, and keeps " +
    "the most expensive nodes of the fleet up while nobody asks.",
  severity: "medium",
  level: "mandatory",
  scope: "environment",
  config: noParameters,
  unknown: "warn",
  fix: "Run the endpoint on an owned pool and send only overflow and batch work to the burst pool.",
  source: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-best-practices.html",
  examples: [
    good("an endpoint on an owned pool", [WORKLOAD, service, BURST_GROUP]),
    bad("an endpoint on a burst pool", [onBurst, service, BURST_GROUP], SELECTOR),
    boundary("work on a burst pool that nothing is served by", [onBurst, BURST_GROUP]),
    boundary("a service of another namespace", [
      onBurst,
      changed(service, "metadata.namespace", "team-other"),
      BURST_GROUP,
    ]),
    unknown("a pool that `up` decides", [changed(WORKLOAD, SELECTOR, UNKNOWN), service, BURST_GROUP], SELECTOR),
  ],

  *check(rows) {
    const burst = new Set(rows.filter(({ type }) => type === GROUP).flatMap(({ labels }) => labels.pool ?? []));
    if (burst.size === 0) return;
    const services = rows.filter(({ type }) => type === SERVICE);
    for (const row of rows) {
      if (!POD_TYPES.includes(row.type) || !services.some((candidate) => serves(candidate, row))) continue;
      const { path, value } = below(podOf(row), "nodeSelector", "splitfleet/pool");
      if (value !== UNKNOWN && !burst.has(asText(value) ?? "")) continue;
      const pool = asText(value) ?? "a pool that only `up` decides";
      yield {
        urn: row.urn,
        path,
        message: `${row.name} serves requests from spot nodes of ${pool}.`,
        value: asText(value) ?? UNKNOWN,
        limit: "an owned pool",
      };
    }
  },
};

/** Whether a Service selects the pods that a resource makes. */
function serves(service: Row, workload: Row): boolean {
  const namespace = (row: Row) => placeIn(row, "metadata", "namespace").value;
  const labels = asObject(placeIn(workload, "spec", "template", "metadata", "labels").value);
  const selector = Object.entries(asObject(placeIn(service, "spec", "selector").value) ?? {});
  return (
    namespace(service) === namespace(workload) &&
    selector.length > 0 &&
    selector.every(([key, value]) => labels?.[key] === value)
  );
}
