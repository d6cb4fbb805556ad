import path from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { meshGrants } from "../components/mesh/policy.ts";
import { renderProject } from "../components/runtime/compose/project.ts";
import { networkPolicySpec } from "../components/runtime/kubernetes/network-policy.ts";
import { openPorts } from "../components/runtime/kubernetes/ports.ts";
import type { Runtime } from "../components/workloads/contract.ts";
import type { RegisteredKind } from "../components/workloads/extensions.ts";
import { registry } from "../components/workloads/registry.ts";
import { loadEnvironment } from "../stacks/environment-file.ts";
import { meshEnvironment } from "../stacks/layers/mesh.ts";
import { fileOf, fleetOfEveryKind, workloadOf } from "./fleet-of-every-kind.ts";

/** Every kind, with the number of one definition's port `http` changed and nothing else. */
const kindsWithPort = (wanted: string, number: number): readonly RegisteredKind[] =>
  registry.map((definition) => {
    const { http } = definition.ports;
    return definition.kind === wanted && http !== undefined
      ? { ...definition, ports: { ...definition.ports, http: { ...http, port: number } } }
      : definition;
  });

function fleetWithPort(runtime: Runtime, port: number) {
  const fleet = fleetOfEveryKind(runtime, {}, kindsWithPort("grafana", port));
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

test.each([3000, 3300])(
  "the number %i in Grafana's definition is the one that the mesh opens to people",
  async (port) => {
    const starter = await loadEnvironment(path.join(import.meta.dirname, "../stacks/Pulumi.starter.yaml"));
    const grants = meshGrants([meshEnvironment(starter, kindsWithPort("grafana", port))]);
    expect(grants.filter(({ why }) => why === "people use grafana")).toEqual([
      { src: ["autogroup:member"], dst: ["tag:starter-operations"], ip: [`tcp:${port}`], why: "people use grafana" },
    ]);
  },
);

test.each(["kubernetes", "compose"] as const)("who needs Loki finds it at its definition's port on %s", (runtime) => {
  const addressesWith = (port: number) => {
    const fleet = fleetOfEveryKind(runtime, {}, kindsWithPort("loki", port));
    return [
      ["grafana", "/etc/grafana/provisioning/datasources/fleet.yml"],
      ["otel-agent", "/etc/otel/agent.yml"],
      ["otel-collector", "/etc/otel/collector.yml"],
    ].map(([name = "", file = ""]) => /http:\/\/loki[^:/]*:(\d+)/.exec(fileOf(workloadOf(fleet, name), file))?.[1]);
  };
  expect(addressesWith(3100)).toEqual(["3100", "3100", "3100"]);
  expect(addressesWith(3111)).toEqual(["3111", "3111", "3111"]);
});
