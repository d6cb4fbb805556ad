import { expect, test } from "vitest";
import { parse } from "yaml";
import { renderProject } from "../components/runtime/compose/project.ts";
import { networkPolicySpec } from "../components/runtime/kubernetes/network-policy.ts";
import { openPorts } from "../components/runtime/kubernetes/ports.ts";
import type { Runtime } from "../components/workloads/contract.ts";
import { registry } from "../components/workloads/registry.ts";
import { fileOf, fleetOfEveryKind, workloadOf } from "./fleet-of-every-kind.ts";

/** The fleet with one number of Grafana's definition changed, and nothing else. */
function fleetWithPort(runtime: Runtime, port: number) {
  const kinds = registry.map((kind) =>
    kind.kind === "grafana" ? { ...kind, ports: { http: { port, audience: "mesh" as const } } } : kind,
  );
  const fleet = fleetOfEveryKind(runtime, {}, kinds);
  const scraped: { scrape_configs: { job_name: string }[] } = parse(
    fileOf(workloadOf(fleet, "prometheus"), "/etc/prometheus/prometheus.yml"),
  );
  return { fleet, job: scraped.scrape_configs.find(({ job_name }) => job_name === "grafana") };
}

/** Every place on Kubernetes that says on which port Grafana is reached. */
function onKubernetes(number: number) {
  const { fleet, job } = fleetWithPort("kubernetes", number);
  const surroundings = { fleet, apiServers: [] };
  const grafana = workloadOf(fleet, "grafana");
  const policies = {
    own: networkPolicySpec(grafana, surroundings),
    prometheus: networkPolicySpec(workloadOf(fleet, "prometheus"), surroundings),
  };
  const opens = (rules: unknown) => JSON.stringify(rules).includes(`"ports":[{"port":${number},"protocol":"TCP"}]`);
  return {
    address: grafana.handles["http"]?.url,
    service: openPorts(grafana, fleet).map(({ name, handle }) => [name, handle.port]),
    policyLetsIn: opens(policies.own.ingress),
    policyLetsPrometheusOut: opens(policies.prometheus.egress),
    scrapeKeeps: JSON.stringify(job).includes(`team-platform;grafana;${number}`),
  };
}

/** Every place on Docker Compose that says so. */
function onCompose(number: number) {
  const { fleet, job } = fleetWithPort("compose", number);
  const { compose, filter } = renderProject({
    own: fleet,
    all: fleet,
    root: "/var/lib/splitfleet/compose",
    models: {},
    labelsOf: () => ({}),
  });
  return {
    scraped: job,
    published: Object.values(compose.services).flatMap(({ ports = [] }) =>
      ports.filter((published) => published.endsWith(`:${number}:${number}/tcp`)),
    ),
    filterNames: new RegExp(`\\b${number}\\b`).test(filter),
  };
}

test.each([3000, 3300])(
  "the number %i in Grafana's definition is the one in every derived place on Kubernetes",
  (port) => {
    expect(onKubernetes(port)).toEqual({
      address: `http://grafana.team-platform.svc.cluster.local:${port}`,
      service: [["http", port]],
      policyLetsIn: true,
      policyLetsPrometheusOut: true,
      scrapeKeeps: true,
    });
  },
);

test.each([3000, 3300])(
  "the number %i in Grafana's definition is the one in every derived place on Compose",
  (port) => {
    expect(onCompose(port)).toEqual({
      scraped: {
        job_name: "grafana",
        metrics_path: "/metrics",
        static_configs: [
          {
            targets: [`grafana:${port}`],
            labels: {
              workload: "grafana",
              team: "platform",
              kind: "grafana",
              pool: "operations",
              data_class: "internal",
            },
          },
        ],
      },
      published: [`\${MESH_ADDRESS:?}:${port}:${port}/tcp`],
      filterNames: true,
    });
  },
);
