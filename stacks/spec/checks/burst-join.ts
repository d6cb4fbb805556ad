import type { Complaint } from "../../problems.ts";
import { check } from "./check.ts";

/** AWS nodes carry no key: they join the mesh by the tailnet's trust in their account. */
export const burstJoin = check(["pools", "mesh"], function* ({ pools, mesh }): Iterable<Complaint> {
  const burst = Object.entries(pools).find(([, { kind }]) => kind === "aws");
  if (burst === undefined || mesh.federatedClientId !== undefined) return;
  yield {
    path: ["mesh", "federatedClientId"],
    got: "nothing",
    expected: `the client id by which nodes of pool ${burst[0]} join the tailnet`,
  };
});
