import { z } from "zod";
import { bad, boundary, changed, exampleRow, good, unknown } from "../example.ts";
import { UNKNOWN, type Row, type Value } from "../row.ts";
import type { Rule, Violation } from "../rule.ts";
import { asList, asObject, asText, below, itemsOf, placeIn, shown, type Place } from "../values.ts";
import { covers, ipv4Range, NETWORK_POLICY, networkPolicy } from "./network-policies.ts";

const INSIDE = ["10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"];

const config = z.strictObject({
  kinds: z
    .array(z.string())
    .default(["egress-proxy", "cloudflared"])
    .meta({ description: "Kinds of workloads at the fleet's border, whose pods may reach the internet." }),
  inside: z.array(z.cidrv4()).default(INSIDE).meta({
    description: "Ranges that are not the internet: even the border may not reach them by a policy for the internet.",
  }),
  minimumBits: z
    .int()
    .min(1)
    .max(32)
    .default(8)
    .meta({ description: "Prefix length below which a range counts as the internet." }),
});
type Config = z.output<typeof config>;

const WORKLOAD = "splitfleet:runtime:KubernetesWorkload";
const NAME_LABEL = "app.kubernetes.io/name";
const CIDR = "spec.egress[0].to[0].ipBlock.cidr";
const PEERS = "spec.egress[0].to";

const reaching = (cidr: Value): Row =>
  networkPolicy({ podSelector: {}, egress: [{ to: [{ ipBlock: { cidr } }], ports: [{ port: 443 }] }] });
const border = (kind: string): Row =>
  exampleRow(WORKLOAD, "out", { kind, workload: "out", internet: [{ port: 443, protocol: "TCP" }] }, { custom: false });
const proxy = border("egress-proxy");
const ownPolicy: Row = {
  ...networkPolicy({
    podSelector: { matchLabels: { [NAME_LABEL]: "out" } },
    egress: [{ to: [{ ipBlock: { cidr: "0.0.0.0/0", except: INSIDE } }], ports: [{ port: 443, protocol: "TCP" }] }],
  }),
  parent: proxy.urn,
};
const pods = (name: string, parent: string): Row =>
  exampleRow(
    "kubernetes:apps/v1:Deployment",
    name,
    {
      metadata: { name, namespace: "team-example" },
      spec: { template: { metadata: { labels: { [NAME_LABEL]: "out" } } } },
    },
    { parent },
  );

export const egressGoesThroughProxy: Rule<Config> = {
  id: "security/egress-goes-through-proxy",
  title: "Only what stands at the border reaches the internet",
  why:
    "A pod that may open connections to anywhere may send anything there. Behind the proxy each workload has a " +
    "list of hosts, and the log of the proxy says what left the fleet. Who stands at the border is decided by the " +
    "kind in the registry, which neither labels nor overrides of a workload change.",
  severity: "high",
  level: "mandatory",
  scope: "environment",
  config,
  unknown: "fail",
  fix: "Let the workload declare the hosts that it needs; the proxy connects on its behalf.",
  source: "NSA and CISA, Kubernetes Hardening Guide, section 3",
  examples: [
    good("a range of the mesh", reaching("100.64.0.0/10")),
    good("the proxy itself", [ownPolicy, proxy, pods("out", proxy.urn)]),
    bad("the whole internet", reaching("0.0.0.0/0"), CIDR),
    bad("the whole internet in IPv6", reaching("::/0"), CIDR),
    bad(
      "no peer named, which is everything",
      networkPolicy({ podSelector: {}, egress: [{ ports: [{ port: 443 }] }] }),
      PEERS,
    ),
    bad("a workload of another kind that says it stands at the border", [ownPolicy, border("n8n")], CIDR),
    bad("pods of another workload under the proxy's label", [ownPolicy, proxy, pods("thief", "")], {
      of: pods("thief", ""),
      path: `spec.template.metadata.labels["${NAME_LABEL}"]`,
    }),
    boundary("a /8", reaching("10.0.0.0/8")),
    boundary("half of the internet", reaching("128.0.0.0/1"), CIDR),
    boundary("the proxy's policy for every pod", [changed(ownPolicy, "spec.podSelector", {}), proxy], CIDR),
    boundary(
      "the proxy at a port that it did not state",
      [changed(ownPolicy, "spec.egress[0].ports[0].port", 22), proxy],
      CIDR,
    ),
    boundary("the proxy without a named port", [changed(ownPolicy, "spec.egress[0].ports", undefined), proxy], CIDR),
    boundary(
      "the proxy with the clouds' metadata",
      [changed(ownPolicy, "spec.egress[0].to[0].ipBlock.except[3]", undefined), proxy],
      CIDR,
    ),
    unknown("a range that `up` decides", reaching(UNKNOWN), CIDR),
  ],

  *check(rows, { config: settings }) {
    const limit = `ranges of at least /${settings.minimumBits}, or named pods`;
    for (const row of rows.filter(({ type }) => type === NETWORK_POLICY)) {
      const owner = rows.find(({ urn, type }) => urn === row.parent && type === WORKLOAD);
      for (const rule of itemsOf(placeIn(row, "spec", "egress"))) {
        const peers = below(rule, "to");
        if (peers.value === undefined) {
          const message = `${row.name} lets pods reach everything.`;
          yield { urn: row.urn, path: peers.path, message, value: "nothing", limit };
        }
        for (const peer of itemsOf(peers)) {
          const block = below(peer, "ipBlock");
          if (block.value === undefined) continue;
          const { path, value } = below(block, "cidr");
          const range = value === UNKNOWN ? UNKNOWN : (asText(value) ?? "");
          if (range !== UNKNOWN && !isInternet(range, settings.minimumBits)) continue;
          if (owner !== undefined && isOwnBorder(row, owner, rule, below(block, "except"), settings)) continue;
          const message =
            range === UNKNOWN
              ? `What ${row.name} lets pods reach is decided only by \`up\`.`
              : `${row.name} lets pods reach ${range}.`;
          yield { urn: row.urn, path, message, value: range, limit };
        }
      }
    }
    yield* labelThieves(rows, settings);
  },
};

/** Whether it is the policy of a workload at the border, for its own pods, at the ports of its definition, and outwards. */
function isOwnBorder(policy: Row, owner: Row, rule: Place, except: Place, { kinds, inside }: Config): boolean {
  const stated = itemsOf(placeIn(owner, "internet")).map(({ value }) => portText(value));
  const ports = itemsOf(below(rule, "ports")).map(({ value }) => portText(value));
  const excepted = asList(except.value).flatMap((range) => asText(range) ?? []);
  return (
    kinds.includes(asText(owner.inputs["kind"]) ?? "") &&
    placeIn(policy, "spec", "podSelector", "matchLabels", NAME_LABEL).value === owner.inputs["workload"] &&
    ports.length > 0 &&
    ports.every((port) => stated.includes(port)) &&
    inside.every((range) => excepted.some((wider) => covers(wider, range)))
  );
}

function portText(value: Value | undefined): string {
  const port = asObject(value);
  return `${asText(port?.["port"]) ?? "every"}/${asText(port?.["protocol"]) ?? "TCP"}`;
}

/** Pods that bear the label of a workload at the border in its namespace, and are not its own. */
function* labelThieves(rows: readonly Row[], { kinds }: Config): Iterable<Violation> {
  const policies = rows.filter(({ type }) => type === NETWORK_POLICY);
  const borders = rows.filter(({ type, inputs }) => type === WORKLOAD && kinds.includes(asText(inputs["kind"]) ?? ""));
  for (const { urn: owner, inputs } of borders) {
    const namespaces = policies
      .filter(({ parent }) => parent === owner)
      .map((policy) => placeIn(policy, "metadata", "namespace").value);
    for (const row of rows) {
      const template = row.type === CRON_JOB ? ["jobTemplate", "spec", "template"] : ["template"];
      const label = placeIn(row, "spec", ...template, "metadata", "labels", NAME_LABEL);
      if (row.parent === owner || label.value === undefined || label.value !== inputs["workload"]) continue;
      if (!namespaces.includes(placeIn(row, "metadata", "namespace").value)) continue;
      const message = `Pods of ${row.name} bear the label by which ${asText(inputs["workload"]) ?? owner} is let out.`;
      yield { urn: row.urn, path: label.path, message, value: shown(label.value), limit: "the workload's own name" };
    }
  }
}

const CRON_JOB = "kubernetes:batch/v1:CronJob";

/** No IPv6 range of the fleet is wider than a /48. */
function isInternet(range: string, minimumBits: number): boolean {
  const bits = ipv4Range(range)?.bits;
  return bits === undefined ? Number(range.split("/")[1] ?? 0) < 48 : bits < minimumBits;
}
