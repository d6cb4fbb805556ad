import { z } from "zod";
import { bad, boundary, exampleRow, good, unknown } from "../example.ts";
import { LABELS, UNKNOWN } from "../row.ts";
import { resourceRule, undecided } from "../resource-rule.ts";

/** Types that bill and can carry labels, by provider. */
const BILLABLE = [
  "hcloud:index/server:Server",
  "hcloud:index/volume:Volume",
  "hcloud:index/primaryIp:PrimaryIp",
  "hcloud:index/floatingIp:FloatingIp",
  "hcloud:index/loadBalancer:LoadBalancer",
  "hcloud:index/snapshot:Snapshot",
  "aws:autoscaling/group:Group",
  "aws:ec2/instance:Instance",
  "aws:ec2/natGateway:NatGateway",
  "aws:ec2/eip:Eip",
  "aws:ebs/volume:Volume",
  "aws:s3/bucket:Bucket",
];

const config = z.strictObject({
  labels: z
    .array(z.enum(LABELS))
    .default(["environment", "team", "data-class"])
    .meta({ description: "Labels `splitfleet/…` that everything billable carries." }),
});

const labels = { environment: "example", team: "platform", "data-class": "internal" };
const server = (given: object, tags = {}) =>
  exampleRow("hcloud:index/server:Server", "node", { labels: tags }, { labels: given });

export const allocated = resourceRule({
  id: "cost/allocated",
  title: "Everything billable says whose it is and what it may hold",
  why:
    "What has no team is paid by everybody and switched off by nobody, and what has no data class can not be " +
    "judged by a single privacy rule. Labels are the only thing that the bill, the plan and the cloud console " +
    "share.",
  severity: "medium",
  level: "mandatory",
  config,
  unknown: "warn",
  fix: "Pass the pool's or the workload's allocation on to the resource as labels.",
  source: "https://www.finops.org/framework/capabilities/allocation/",
  types: BILLABLE,
  examples: [
    good("environment, team and data class", server(labels)),
    bad("no label at all", server({}), ["labels", "labels", "labels"]),
    boundary("one of them missing", server({ environment: "example", team: "platform" }), "labels"),
    unknown(
      "a team that `up` decides",
      server({ environment: "example", "data-class": "internal" }, { "splitfleet/team": UNKNOWN }),
      "labels",
    ),
  ],

  *inspect(row, { config: { labels: wanted } }) {
    const path = row.inputs["tags"] === undefined ? "labels" : "tags";
    // A label that the row does not have may still be among those that are not known yet.
    const isUndecided = JSON.stringify(row.inputs[path] ?? {}).includes(UNKNOWN);
    for (const label of wanted) {
      if (row.labels[label] !== undefined) continue;
      const limit = `splitfleet/${label}`;
      if (isUndecided) yield undecided({ path }, limit);
      else yield { path, message: `${row.name} is billed and has no label ${limit}.`, value: "nothing", limit };
    }
  },
});
