import { z } from "zod";
import type { Row } from "../../policies/row.ts";
import type { ResolvedEnvironment } from "../../stacks/environment-file.ts";
import { demandOf } from "../../stacks/spec/checks/capacity.ts";
import { describeResources, firstFit, freeOf, type Pod } from "../../stacks/spec/checks/first-fit.ts";
import { entryOf, ofKind } from "../../stacks/spec/of-kind.ts";
import type { NodeReport, PodReport } from "./report.ts";

const PROJECT = "splitfleet:runtime:ComposeProject";

const service = z.object({ mem_limit: z.string().regex(/^\d+m$/), restart: z.string() });
const project = z.object({ services: z.record(z.string(), service) });

/**
 * What the compose projects of a plan come to: every VPS with the memory that its containers reserve and may take, and
 * every workload with its node, or the reason why it has no room. Docker enforces the limits, and nothing schedules.
 */
export function composeReports(
  rows: readonly Row[],
  environment: ResolvedEnvironment,
): { readonly nodes: NodeReport[]; readonly pods: PodReport[] } {
  const projects = rows.filter(({ type }) => type === PROJECT);
  const reports = projects.map((row) => projectReport(row, environment));
  return { nodes: reports.map(({ node }) => node), pods: reports.flatMap(({ pods }) => pods) };
}

function projectReport(
  { name, inputs }: Row,
  { spec, lock }: ResolvedEnvironment,
): { readonly node: NodeReport; readonly pods: PodReport[] } {
  const poolName = name.replace(/-project$/, "");
  const pool = entryOf("pools", ofKind(spec.pools, "hetzner"), poolName);
  const site = entryOf("sites", ofKind(spec.sites, "hetzner"), pool.site);
  const demand = demandOf({ ...spec, lock }, poolName, pool);
  if (demand === undefined) throw new Error(`the lock does not know the machine of pool ${poolName}`);
  const { machine, offered, daemons } = demand;
  const { nodes, homeless } = firstFit(demand.pods, 1, offered, daemons);
  const [filled = { offered, pods: [] }] = nodes;
  const free = freeOf(filled);
  const node = `${spec.environment.name}-${poolName}-${pool.nodes[0] ?? 1}`;
  const podReport = ({ name: of, workload }: Pod): Omit<PodReport, "node" | "phase" | "reason"> => ({
    namespace: "",
    name: of,
    workload,
    pool: poolName,
  });
  const resources = (memoryMiB: number, cpu: number) => ({ cpu, memoryMiB, gpus: 0, pods: filled.pods.length });
  return {
    node: {
      name: node,
      pool: poolName,
      zone: site.location,
      capacity: resources(machine.memoryMiB, machine.cpu),
      allocatable: resources(offered.memoryMiB, offered.cpu),
      requested: resources(offered.memoryMiB - free.memoryMiB, Math.round((offered.cpu - free.cpu) * 1000) / 1000),
      memoryLimitMiB: limitOf(inputs),
    },
    pods: [
      ...filled.pods.map((pod): PodReport => ({ ...podReport(pod), node, phase: "Running", reason: "" })),
      ...homeless.map((pod): PodReport => ({
        ...podReport(pod),
        node: null,
        phase: "Pending",
        reason: `it asks for ${describeResources(pod)}, and ${node} has ${describeResources(free)} left`,
      })),
    ],
  };
}

/** What the containers may take together that run all the time, and the largest of those that run one at a time. */
function limitOf(inputs: Row["inputs"]): number {
  const services = Object.values(project.parse(inputs).services).map(({ mem_limit, restart }) => ({
    limitMiB: Number.parseInt(mem_limit, 10),
    stays: restart !== "no",
  }));
  const passing = services.filter(({ stays }) => !stays).map(({ limitMiB }) => limitMiB);
  const staying = services.filter(({ stays }) => stays).map(({ limitMiB }) => limitMiB);
  return Math.max(0, ...passing) + staying.reduce((sum, limitMiB) => sum + limitMiB, 0);
}
