import { beforeAll, expect, test } from "vitest";
import type { PlannedWorkload } from "../../components/workloads/plan.ts";
import { declaredFlows } from "../../sandbox/network-policy/declared.ts";
import { lineOf } from "../../sandbox/network-policy/differences.ts";
import { type KubernetesObject, objectsOf } from "../../sandbox/network-policy/manifests.ts";
import { prove } from "../../sandbox/network-policy/prove.ts";
import { resolveTool } from "../../sandbox/toolchain/resolve.ts";
import { operatedShapes, operatorObjects, shapes } from "../shapes.ts";
import { API_SERVER, intruder, plan, planned, rowsOfTeams, teams } from "../teams.ts";

let engine: string;

beforeAll(async () => {
  engine = (await resolveTool("cyclonus-flows")).path;
}, 600_000);

/** Judges what is made of the workloads by what others, or they themselves, declare. */
async function findings(
  workloads: readonly PlannedWorkload[],
  declaring = workloads,
  beside: readonly KubernetesObject[] = [],
): Promise<string[]> {
  const declared = declaredFlows({ teams, apiServers: [API_SERVER] }, declaring);
  const objects = [...objectsOf(await rowsOfTeams(workloads)), ...beside];
  return (await prove({ engine, declared, objects, podRange: "10.42.0.0/16" })).differences.map(lineOf);
}

test("teams are connected as they declare, across namespaces, port by port", async () => {
  expect(await findings(planned)).toEqual([]);
});

test("a consumer that slipped in is named", async () => {
  expect(await findings([...planned, intruder], planned)).toEqual([
    "open: team-edge/intruder -> team-data/database, 5432/TCP: team-edge/intruder lets it out," +
      " team-data/database lets it in",
  ]);
});

test("copies, erasures, agents of nodes, ports of one consumer and members of a cluster reach what they declare", async () => {
  expect(await findings(shapes)).toEqual([]);
});

test("operators reach what they look after and what they scale by, and members of an operated workload each other", async () => {
  expect(await findings(operatedShapes, operatedShapes, operatorObjects)).toEqual([]);
});

const https = { port: 443, protocol: "TCP", purpose: "hosts of others" } as const;
const tunnel = { port: 7844, protocol: "UDP", purpose: "the tunnel" } as const;

test("what stands at the border reaches the internet at its own ports, and nothing that is inside", async () => {
  const border = [
    plan("proxy", "edge", {}, { internet: [https] }),
    plan("tunnel", "edge", {}, { internet: [tunnel] }),
    plan("shop", "data", {}),
  ];
  expect(await findings(border)).toEqual([]);
});

test("a workload at the border that nobody declared, and a port that it did not state, are named", async () => {
  const outward = plan("proxy", "edge", {}, { internet: [https, tunnel] });
  expect(await findings([outward], [plan("proxy", "edge", {}, { internet: [https] })])).toEqual([
    "open: team-edge/proxy -> 1.0.0.0-9.255.255.255, 11.0.0.0-100.63.255.255, 100.128.0.0-126.255.255.255," +
      " 128.0.0.0-169.253.255.255, 169.255.0.0-172.15.255.255, 172.32.0.0-191.255.255.255, 192.0.1.0-192.167.255.255," +
      " 192.169.0.0-198.17.255.255, 198.20.0.0-223.255.255.255, 7844/UDP: team-edge/proxy lets it out",
  ]);
});
