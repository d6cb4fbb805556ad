import { beforeAll, expect, test } from "vitest";
import type { PlannedWorkload } from "../../components/workloads/plan.ts";
import { declaredFlows } from "../../sandbox/network-policy/declared.ts";
import { lineOf } from "../../sandbox/network-policy/differences.ts";
import { objectsOf } from "../../sandbox/network-policy/manifests.ts";
import { prove } from "../../sandbox/network-policy/prove.ts";
import { resolveTool } from "../../sandbox/toolchain/resolve.ts";
import { API_SERVER, intruder, planned, rowsOfTeams, teams } from "../teams.ts";

let engine: string;

beforeAll(async () => {
  engine = (await resolveTool("cyclonus-flows")).path;
}, 600_000);

/** Judges what is made of the workloads by what {@link planned} declares. */
async function findings(workloads: readonly PlannedWorkload[]): Promise<string[]> {
  const declared = declaredFlows({ teams, apiServers: [API_SERVER] }, planned);
  const objects = objectsOf(await rowsOfTeams(workloads));
  return (await prove({ engine, declared, objects, podRange: "10.42.0.0/16" })).differences.map(lineOf);
}

test("teams are connected as they declare, across namespaces, port by port", async () => {
  expect(await findings(planned)).toEqual([]);
});

test("a consumer that slipped in is named", async () => {
  expect(await findings([...planned, intruder])).toEqual([
    "open: team-edge/intruder -> team-data/database, 5432/TCP: team-edge/intruder lets it out," +
      " team-data/database lets it in",
  ]);
});
