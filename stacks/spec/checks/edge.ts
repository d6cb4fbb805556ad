import type { WorkloadEntry } from "../../../components/workloads/facts.ts";
import type { Complaint, Path } from "../../problems.ts";
import { tokenTakers } from "../edge-names.ts";
import { check, checkWith } from "./check.ts";
import { planned, WORKLOAD_FACTS } from "./planned.ts";

interface PublicName {
  readonly hostname: string;
  readonly path: Path;
}

const workloadNames = (workloads: Readonly<Record<string, WorkloadEntry>>): PublicName[] =>
  Object.entries(workloads).flatMap(([name, { hostnames = {} }]) =>
    Object.entries(hostnames).map(([port, hostname]) => ({ hostname, path: ["workloads", name, "hostnames", port] })),
  );

/**
 * Cloudflare answers for names of its zone, with a certificate that covers the zone and one label below it:
 * https://developers.cloudflare.com/ssl/edge-certificates/universal-ssl/limitations/.
 */
export const edgeNames = check(["edge", "workloads"], function* ({ edge, workloads }): Iterable<Complaint> {
  const { name: zone } = edge.zone;
  const frontEnds = Object.entries(edge.frontEnds).map(([name, { hostname }]): PublicName => ({
    hostname,
    path: ["edge", "frontEnds", name, "hostname"],
  }));
  for (const { hostname, path } of [...workloadNames(workloads), ...frontEnds]) {
    const label = hostname.endsWith(`.${zone}`) ? hostname.slice(0, -zone.length - 1) : undefined;
    if (hostname === zone || (label !== undefined && !label.includes("."))) continue;
    yield {
      path,
      got: hostname,
      expected: `${zone} or a name with one label before it, such as app.${zone}: its certificate covers no other`,
    };
  }
});

/** A front end and a workload can not have one name, nor can two front ends. */
export const frontEndNames = check(["edge", "workloads"], function* ({ edge, workloads }): Iterable<Complaint> {
  const owners = new Map(workloadNames(workloads).map(({ hostname, path }) => [hostname, `workload ${path[1]}`]));
  for (const [name, { hostname }] of Object.entries(edge.frontEnds)) {
    const owner = owners.get(hostname);
    if (owner === undefined) owners.set(hostname, `front end ${name}`);
    else {
      yield {
        path: ["edge", "frontEnds", name, "hostname"],
        got: `${hostname}, which leads to ${owner}`,
        expected: "a host name of its own",
      };
    }
  }
});

/** An edge without a workload that runs the tunnel leads nowhere. */
export const edgeTunnel = check(["edge", ...WORKLOAD_FACTS], function* (facts): Iterable<Complaint> {
  const names = workloadNames(facts.workloads);
  if (names.length === 0 || tokenTakers(planned(facts).workloads).length > 0) return;
  yield {
    path: ["edge"],
    atKey: true,
    got: "no workload that runs the tunnel",
    expected: `one of kind cloudflared, for ${names[0]?.hostname ?? ""} to lead somewhere`,
  };
});

/** The tunnel's token is handed over in Vault. */
export const edgeVault = checkWith(["edge"], ["secrets", "absent"], function* ({ secrets, absent }) {
  if (secrets !== undefined || absent?.includes("secrets") !== true) return;
  yield { path: ["edge"], atKey: true, got: "an edge without `secrets`", expected: "a Vault for the tunnel's token" };
});
