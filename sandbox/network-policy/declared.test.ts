import { expect, test } from "vitest";
import { API_SERVER, planned, teams } from "../../test/teams.ts";
import { declaredFlows } from "./declared.ts";
import { partyText } from "./differences.ts";
import type { Flow } from "./flow.ts";

const line = ({ from, to, port, protocol, why }: Flow) =>
  `${partyText(from)} -> ${partyText(to)} ${port}/${protocol}: ${why}`;

test("needs, jobs and audiences declare flows; an audience that nothing serves yet declares none", () => {
  const flows = declaredFlows({ teams: [], apiServers: [] }, planned).map(line);
  expect(flows.filter((flow) => flow.includes("workloads."))).toEqual([
    "team-data/database-migrate -> team-data/database 5432/TCP: job migrate of workloads.database",
    "team-data/database-migrate -> team-data/database 9187/TCP: job migrate of workloads.database",
    "team-edge/gateway -> team-data/database 5432/TCP: workloads.gateway needs database",
    "team-edge/gateway -> team-platform/resolver 5353/UDP: workloads.gateway needs resolver",
    "100.64.0.0/10 -> team-edge/gateway 8443/TCP: port https of workloads.gateway is for the mesh",
    "team-data/reporter -> team-data/database 5432/TCP: workloads.reporter needs database",
    "team-data/reporter -> team-edge/gateway 8443/TCP: workloads.reporter needs gateway",
    "team-platform/monitor -> team-data/database 9187/TCP: workloads.monitor needs database",
    "team-platform/monitor -> team-platform/resolver 5353/TCP: workloads.monitor needs resolver",
  ]);
});

test("every pod resolves names, and the fleet's own operators reach the API servers and Vault", () => {
  expect(declaredFlows({ teams: teams.slice(0, 1), apiServers: [API_SERVER] }, []).map(line)).toEqual([
    "pods of splitfleet-system -> kube-system/kube-dns 53/UDP: every pod resolves names",
    "pods of splitfleet-system -> kube-system/kube-dns 53/TCP: every pod resolves names",
    "pods of team-data -> kube-system/kube-dns 53/UDP: every pod resolves names",
    "pods of team-data -> kube-system/kube-dns 53/TCP: every pod resolves names",
    "pods of splitfleet-system -> 10.10.1.11/32 6443/TCP: operators watch the API server",
    "pods of splitfleet-system -> 100.64.0.0/10 8200/TCP: operators read secrets from Vault",
  ]);
});
