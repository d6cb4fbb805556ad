import { beforeAll, expect, test } from "vitest";
import type { PlannedWorkload } from "../../components/workloads/plan.ts";
import { declaredFlows } from "../../sandbox/network-policy/declared.ts";
import { lineOf } from "../../sandbox/network-policy/differences.ts";
import { type KubernetesObject, objectsOf } from "../../sandbox/network-policy/manifests.ts";
import { prove } from "../../sandbox/network-policy/prove.ts";
import { resolveTool } from "../../sandbox/toolchain/resolve.ts";
import { operatedShapes, operatorObjects, shapes } from "../shapes.ts";
import { API_SERVER, intruder, planned, rowsOfTeams, teams } from "../teams.ts";

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
