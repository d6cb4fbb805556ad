import { describe, expect, it } from "vitest";
import { exampleRow, exampleSurroundings } from "../example.ts";
import type { Row, Value } from "../row.ts";
import { UNKNOWN } from "../row.ts";
import { runRules } from "../run.ts";
import { noOpenFirewall } from "./no-open-firewall.ts";

const check = (...rows: Row[]): unknown[] =>
  runRules([noOpenFirewall], rows, { ...exampleSurroundings }).findings.map(({ level, path, value }) => [
    level,
    path,
    value,
  ]);

const hcloud = (...rules: Value[]): Row => exampleRow("hcloud:index/firewall:Firewall", "firewall", { rules });
const inbound = (protocol: string, port: string | undefined, ...sourceIps: string[]): Value => ({
  direction: "in",
  protocol,
  ...(port === undefined ? {} : { port }),
  sourceIps,
});
const group = (ingress: Value, more: Partial<Row> = {}): Row =>
  exampleRow("aws:ec2/securityGroup:SecurityGroup", "group", { ingress }, more);

describe("no-open-firewall at Hetzner", () => {
  it("lets the mesh's port and ICMP in from anywhere, and only those", () => {
    expect(
      check(hcloud(inbound("udp", "41641", "0.0.0.0/0", "::/0"), inbound("icmp", undefined, "0.0.0.0/0"))),
    ).toEqual([]);
    expect(check(hcloud(inbound("tcp", "41641", "0.0.0.0/0")))).toEqual([
      ["mandatory", "rules[0].sourceIps[0]", "0.0.0.0/0"],
    ]);
    expect(check(hcloud(inbound("udp", "41640-41641", "::/0")))).toEqual([
      ["mandatory", "rules[0].sourceIps[0]", "::/0"],
    ]);
    expect(check(hcloud(inbound("udp", "any", "::/0")))).toEqual([["mandatory", "rules[0].sourceIps[0]", "::/0"]]);
  });

  it("reports each open range at its own place", () => {
    expect(
      check(
        hcloud(inbound("tcp", "443", "203.0.113.0/24"), inbound("tcp", "22", "203.0.113.7/32", "0.0.0.0/0", "::/0")),
      ),
    ).toEqual([
      ["mandatory", "rules[1].sourceIps[1]", "0.0.0.0/0"],
      ["mandatory", "rules[1].sourceIps[2]", "::/0"],
    ]);
  });

  it.each([
    { range: "10.0.0.0/8", open: false },
    { range: "128.0.0.0/1", open: true },
    { range: "0.0.0.0/7", open: true },
    { range: "fd00::/16", open: false },
    { range: "2000::/3", open: true },
    { range: "203.0.113.7", open: false },
  ])("takes $range for the world: $open", ({ range, open }) => {
    expect(check(hcloud(inbound("tcp", "22", range)))).toHaveLength(open ? 1 : 0);
  });

  it("looks at no outbound rule", () => {
    expect(check(hcloud({ direction: "out", protocol: "tcp", port: "443", destinationIps: ["0.0.0.0/0"] }))).toEqual(
      [],
    );
  });

  it("warns of what is decided only by `up`", () => {
    expect(check(hcloud(inbound("tcp", "22", UNKNOWN)))).toEqual([["advisory", "rules[0].sourceIps[0]", "[unknown]"]]);
    expect(check(hcloud({ direction: "in", protocol: "tcp", port: "22", sourceIps: UNKNOWN }))).toEqual([
      ["advisory", "rules[0].sourceIps", "[unknown]"],
    ]);
    expect(check(exampleRow("hcloud:index/firewall:Firewall", "firewall", { rules: UNKNOWN }))).toEqual([
      ["advisory", "rules", "[unknown]"],
    ]);
  });

  it("hides a range that is secret", () => {
    const row = { ...hcloud(inbound("tcp", "22", "0.0.0.0/0")), secretPaths: ["rules"] };
    expect(check(row)).toEqual([["mandatory", "rules[0].sourceIps[0]", "[secret]"]]);
  });

  it("can be told of another port", () => {
    const rows = [hcloud(inbound("tcp", "443", "0.0.0.0/0"))];
    const settings = { "security/no-open-firewall": { allowed: [{ protocol: "tcp", port: "443" }] } };
    expect(runRules([noOpenFirewall], rows, { ...exampleSurroundings, settings }).findings).toEqual([]);
  });
});

describe("no-open-firewall at AWS", () => {
  it("reads ingress of groups and rules of their own", () => {
    const open = { protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: ["0.0.0.0/0"], ipv6CidrBlocks: ["::/0"] };
    expect(check(group([open]))).toEqual([
      ["mandatory", "ingress[0].cidrBlocks[0]", "0.0.0.0/0"],
      ["mandatory", "ingress[0].ipv6CidrBlocks[0]", "::/0"],
    ]);
    const rule = { ipProtocol: "-1", cidrIpv4: "0.0.0.0/0" };
    expect(check(exampleRow("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "rule", rule))).toEqual([
      ["mandatory", "cidrIpv4", "0.0.0.0/0"],
    ]);
    const legacy = { ...open, type: "ingress" };
    expect(check(exampleRow("aws:ec2/securityGroupRule:SecurityGroupRule", "rule", legacy))).toHaveLength(2);
    expect(
      check(exampleRow("aws:ec2/securityGroupRule:SecurityGroupRule", "rule", { ...legacy, type: "egress" })),
    ).toEqual([]);
  });

  it("lets the mesh's port in", () => {
    expect(check(group([{ protocol: "udp", fromPort: 41641, toPort: 41641, cidrBlocks: ["0.0.0.0/0"] }]))).toEqual([]);
  });

  it("allows a GPU pool no inbound rule at all", () => {
    const labels = { pool: "burst" };
    const overrides = [{ instanceType: "p5.48xlarge" }];
    const asg = exampleRow(
      "aws:autoscaling/group:Group",
      "asg",
      { mixedInstancesPolicy: { launchTemplate: { overrides } } },
      { labels },
    );
    const ingress = [{ protocol: "udp", fromPort: 41641, toPort: 41641, cidrBlocks: ["203.0.113.7/32"] }];
    expect(check(asg, group(ingress, { labels }))).toEqual([["mandatory", "ingress[0]", "port 41641 of udp"]]);
    expect(check(asg, group(ingress, { labels: { pool: "operations" } }))).toEqual([]);
    expect(check(asg, group([], { labels }))).toEqual([]);
  });

  it("takes a group without a pool for one of the GPU pools of its provider", () => {
    const inputs = { instanceType: "g6.xlarge" };
    const template = exampleRow("aws:ec2/launchTemplate:LaunchTemplate", "template", inputs, { provider: "stockholm" });
    const ingress = [{ protocol: "tcp", fromPort: 22, toPort: 22, securityGroups: ["sg-1"] }];
    expect(check(template, group(ingress, { provider: "stockholm" }))).toEqual([
      ["mandatory", "ingress[0]", "port 22 of tcp"],
    ]);
    expect(check(template, group(ingress, { provider: "frankfurt" }))).toEqual([]);
  });
});
