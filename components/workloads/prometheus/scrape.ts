import { type BuildContext, credential, type Handle, type Member, type SecretReference } from "../contract.ts";

type Scraped = Member & { readonly metrics: NonNullable<Member["metrics"]> };

export interface Scraping {
  /** The section `scrape_configs` of Prometheus's configuration. */
  readonly configs: readonly object[];
  /** What it must be able to reach. */
  readonly needs: readonly Handle[];
  /** Tokens that scraped ports ask for, by the file that holds each. */
  readonly secretFiles: Readonly<Record<string, SecretReference>>;
}

/**
 * One job for each workload with metrics on the same runtime. Every series gets the labels `workload`, `team`, `kind`,
 * `pool` and `data_class`; where a metric has such a label of its own, that one is renamed to `exported_...`.
 *
 * On Kubernetes each pod behind a service is a target of its own: through the service's address, counters of several
 * pods would take turns in one series.
 */
export function scraping({ name, runtime, fleet }: Pick<BuildContext, "name" | "runtime" | "fleet">): Scraping {
  const members = fleet.filter(
    (member): member is Scraped => member.metrics !== undefined && member.runtime === runtime,
  );
  const others = members.filter((member) => member.name !== name);
  const namespaces = [...new Set(others.map(({ metrics }) => metrics.handle.namespace))].sort();
  const tokens = others.flatMap(({ name: workload, metrics: { bearer, handle } }) =>
    bearer === undefined ? [] : [[tokenFile(workload), credential(handle, bearer)] as const],
  );
  return {
    configs: members.map((member) => ({
      job_name: member.name,
      metrics_path: member.metrics.path,
      ...(member.metrics.bearer === undefined ? {} : { authorization: { credentials_file: tokenFile(member.name) } }),
      ...targets(member, member.name === name ? "itself" : runtime, namespaces),
    })),
    needs: others.map(({ metrics }) => metrics.handle),
    secretFiles: Object.fromEntries(tokens),
  };
}

const tokenFile = (workload: string): string => `/etc/prometheus/tokens/${workload}`;

function targets(member: Scraped, where: "itself" | BuildContext["runtime"], namespaces: readonly string[]): object {
  const { handle } = member.metrics;
  const labels = {
    workload: member.name,
    team: member.team,
    kind: member.kind,
    pool: member.pool,
    data_class: member.dataClass,
  };
  if (where !== "kubernetes") {
    const host = where === "itself" ? "localhost" : handle.host;
    return { static_configs: [{ targets: [`${host}:${handle.port}`], labels }] };
  }
  return {
    // The same for every job, so that Prometheus watches the API server once.
    kubernetes_sd_configs: [{ role: "endpointslice", namespaces: { names: [...namespaces] } }],
    relabel_configs: [
      {
        source_labels: [
          "__meta_kubernetes_namespace",
          "__meta_kubernetes_service_name",
          "__meta_kubernetes_endpointslice_port",
        ],
        regex: `${handle.namespace};${handle.workload};${handle.port}`,
        action: "keep",
      },
      { source_labels: ["__meta_kubernetes_pod_name"], target_label: "instance" },
      { source_labels: ["__meta_kubernetes_pod_node_name"], target_label: "node" },
      ...Object.entries(labels).map(([target_label, replacement]) => ({ target_label, replacement })),
    ],
  };
}
