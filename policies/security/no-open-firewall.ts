import { z } from "zod";
import { bad, boundary, changed, exampleRow, good, unknown } from "../example.ts";
import { hasGpu, instanceTypes } from "../instance-types.ts";
import { UNKNOWN, type Row, type Value } from "../row.ts";
import type { Rule, Violation } from "../rule.ts";
import { asList, asObject, asText, join } from "../values.ts";

const config = z.strictObject({
  allowed: z
    .array(z.strictObject({ protocol: z.string(), port: z.string().optional() }))
    .default([{ protocol: "udp", port: "41641" }, { protocol: "icmp" }])
    .meta({ description: "What the whole internet may reach: the mesh's WireGuard port and ICMP." }),
});
type Config = z.output<typeof config>;

/** One inbound rule of any firewall, in common terms. */
interface Opening {
  readonly row: Row;
  readonly path: string;
  /** Lower case; `all` for every protocol. */
  readonly protocol: string | undefined;
  /** `41641`, `80-443`; undefined for every port. */
  readonly port: string | undefined;
  readonly sources: readonly { readonly path: string; readonly range: Value }[];
}

const HCLOUD_FIREWALL = "hcloud:index/firewall:Firewall";
const AWS_GROUPS = ["aws:ec2/securityGroup:SecurityGroup", "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"];
const AWS_INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const AWS_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule";

const inbound = (protocol: string, port: string, ...sourceIps: string[]): Value => ({
  direction: "in",
  protocol,
  port,
  sourceIps,
});
const MESH_ONLY = exampleRow(HCLOUD_FIREWALL, "nodes", {
  rules: [
    inbound("udp", "41641", "0.0.0.0/0", "::/0"),
    { direction: "in", protocol: "icmp", sourceIps: ["0.0.0.0/0", "::/0"] },
    inbound("tcp", "443", "203.0.113.0/24"),
    { direction: "out", protocol: "tcp", port: "443", destinationIps: ["0.0.0.0/0"] },
  ],
});
const GPU_GROUP = exampleRow("aws:ec2/securityGroup:SecurityGroup", "gpu-nodes", {
  ingress: [{ protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: ["203.0.113.7/32"] }],
});
const GPU_PEER = exampleRow("aws:ec2/launchTemplate:LaunchTemplate", "gpu", { instanceType: "p5.48xlarge" });

export const noOpenFirewall: Rule<Config> = {
  id: "security/no-open-firewall",
  title: "Firewalls let nothing in but the mesh",
  why:
    "Every service of the fleet is reached over the mesh or a tunnel. A port that is open to the world is found " +
    "by scanners within minutes, and a GPU node behind one is worth tens of euros an hour to a stranger.",
  severity: "critical",
  level: "mandatory",
  scope: "resource",
  config,
  unknown: "warn",
  fix:
    "Remove the inbound rule and reach the service over the mesh, " +
    "or narrow its source to the addresses that need it.",
  source: "CIS Amazon Web Services Foundations Benchmark 5.2 and 5.3; https://tailscale.com/kb/1082/firewall-ports",
  examples: [
    good("the mesh's port, ICMP, one known range and everything outbound", MESH_ONLY),
    bad(
      "SSH for all",
      changed(MESH_ONLY, "rules[2]", inbound("tcp", "22", "203.0.113.7/32", "::/0")),
      "rules[2].sourceIps[1]",
    ),
    bad("one port of a GPU pool, even for one address", [GPU_GROUP, GPU_PEER], { of: GPU_GROUP, path: "ingress[0]" }),
    boundary("a whole /8", changed(MESH_ONLY, "rules[2].sourceIps", ["10.0.0.0/8"])),
    boundary(
      "a /7, which no registry hands out",
      changed(MESH_ONLY, "rules[2].sourceIps", ["10.0.0.0/7"]),
      "rules[2].sourceIps[0]",
    ),
    unknown("a range that `up` decides", changed(MESH_ONLY, "rules[2].sourceIps", [UNKNOWN]), "rules[2].sourceIps[0]"),
  ],

  *check(rows, { config: { allowed } }) {
    const gpuNodes = rows.filter((row) => instanceTypes(row).some(hasGpu));
    for (const opening of rows.flatMap(openings)) {
      const isKnown = opening.protocol !== undefined;
      if (isKnown && gpuNodes.some((nodes) => mayProtect(opening.row, nodes))) yield inGpuPool(opening);
      else if (
        !allowed.some((entry) => entry.protocol === opening.protocol && (entry.port ?? opening.port) === opening.port)
      ) {
        yield* toTheWorld(opening);
      }
    }
  },
};

/** A group of one pool is that pool's; one without a pool may be any pool's of the same provider. */
const mayProtect = ({ labels, provider }: Row, nodes: Row): boolean =>
  labels.pool === undefined ? provider === nodes.provider : labels.pool === nodes.labels.pool;

function inGpuPool(opening: Opening): Violation {
  return {
    urn: opening.row.urn,
    path: opening.path,
    message: `${opening.row.name} lets ${traffic(opening)} in, and GPU nodes are behind it.`,
    value: traffic(opening),
    limit: "no inbound rule for GPU pools",
    fix: "Remove the inbound rule: nodes of a GPU pool only open connections themselves.",
  };
}

function* toTheWorld(opening: Opening): Iterable<Violation> {
  const { row, sources } = opening;
  const limit = "the mesh's UDP port 41641 and ICMP";
  for (const { path, range } of sources) {
    if (range === UNKNOWN) {
      const message = `Whether ${row.name} lets the world reach ${traffic(opening)} is decided only by \`up\`.`;
      yield { urn: row.urn, path, message, value: UNKNOWN, limit };
    } else if (typeof range === "string" && isWorld(range)) {
      yield {
        urn: row.urn,
        path,
        message: `${row.name} lets ${range} reach ${traffic(opening)}.`,
        value: range,
        limit,
      };
    }
  }
}

function traffic({ protocol, port }: Opening): string {
  const ports = port === undefined ? "every port" : `port ${port}`;
  return `${ports} of ${protocol === "all" || protocol === undefined ? "every protocol" : protocol}`;
}

/** No registry hands out more than a /8 (IPv4) or a /16 (IPv6) at once: what is wider spans the internet. */
function isWorld(range: string): boolean {
  const [address = "", length] = range.split("/");
  if (length === undefined) return false;
  return Number(length) < (address.includes(":") ? 16 : 8);
}

function openings(row: Row): readonly Opening[] {
  const { type, inputs } = row;
  if (type === HCLOUD_FIREWALL) return each(inputs["rules"], "rules", (path, rule) => hcloudOpening(row, path, rule));
  if (AWS_GROUPS.includes(type)) return each(inputs["ingress"], "ingress", (path, rule) => awsOpening(row, path, rule));
  if (type === AWS_INGRESS_RULE) return [awsOpening(row, "", inputs)];
  if (type === AWS_RULE && inputs["type"] !== "egress") return [awsOpening(row, "", inputs)];
  return [];

  /** An unknown list of rules, or an unknown rule, is one opening of which nothing is known. */
  function each(
    list: Value | undefined,
    at: string,
    read: (path: string, rule: Fields) => Opening | undefined,
  ): Opening[] {
    if (list === UNKNOWN) return [unknownOpening(at)];
    return asList(list).flatMap((rule, index) => {
      const path = join(at, index);
      const fields = asObject(rule);
      return fields === undefined ? [unknownOpening(path)] : (read(path, fields) ?? []);
    });
  }

  function unknownOpening(path: string): Opening {
    return { row, path, protocol: undefined, port: undefined, sources: [{ path, range: UNKNOWN }] };
  }
}

type Fields = { readonly [key: string]: Value };

function hcloudOpening(row: Row, path: string, rule: Fields): Opening | undefined {
  if (rule["direction"] === "out") return undefined;
  const port = asText(rule["port"]);
  return {
    row,
    path,
    protocol: asText(rule["protocol"])?.toLowerCase(),
    port: port === "any" ? undefined : port,
    sources: sourcesOf(rule, path, ["sourceIps"]),
  };
}

function awsOpening(row: Row, path: string, rule: Fields): Opening {
  const protocol = asText(rule["protocol"] ?? rule["ipProtocol"])?.toLowerCase();
  const [from, to] = [asText(rule["fromPort"]), asText(rule["toPort"])];
  const isIcmp = protocol === "icmp" || protocol === "icmpv6";
  return {
    row,
    path,
    protocol: protocol === "-1" ? "all" : isIcmp ? "icmp" : protocol,
    port: protocol === "-1" || isIcmp || from === undefined ? undefined : from === to ? from : `${from}-${to}`,
    sources: sourcesOf(rule, path, ["cidrBlocks", "ipv6CidrBlocks", "cidrIpv4", "cidrIpv6"]),
  };
}

/** Ranges that a rule lets in, each with its own place. */
function sourcesOf(rule: Fields, path: string, properties: readonly string[]): Opening["sources"] {
  return properties.flatMap((property) => {
    const value = rule[property];
    const at = join(path, property);
    if (value === UNKNOWN || typeof value === "string") return [{ path: at, range: value }];
    return asList(value).map((range, index) => ({ path: join(at, index), range }));
  });
}
