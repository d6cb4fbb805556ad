import type { Container, Handle, Need, Runtime, Volume, Workload } from "./contract.ts";

/** Name of {@link EGRESS} among a workload's needs. */
export const EGRESS_NEED = "egress-proxy";

/** What a workload that reaches hosts outside the fleet needs, beside the needs of its definition. */
export const EGRESS = { kind: "egress-proxy", port: "proxy" } as const satisfies Need;

/**
 * {@link EGRESS} as a runtime has it: pods have no other way out, while Docker Compose gives a workload without a proxy
 * a network to the internet.
 */
export const egressNeed = (runtime: Runtime): Need => ({ ...EGRESS, optional: runtime === "compose" });

/** Of every name of the cluster; Docker Compose has names without a suffix. */
const CLUSTER_SUFFIX = ".svc.cluster.local";

/** Tells every container of a workload to reach the outside through the proxy, and everything else directly. */
export function throughProxy(workload: Workload, proxy: Handle, name: string, needs: readonly Handle[] = []): Workload {
  const near = needs.filter(({ host, outside }) => outside !== true && !host.endsWith(CLUSTER_SUFFIX));
  const direct = [CLUSTER_SUFFIX, "localhost", "127.0.0.1", ...new Set([name, ...near.map(({ host }) => host)])];
  const env = {
    HTTPS_PROXY: proxy.url,
    HTTP_PROXY: proxy.url,
    NO_PROXY: direct.join(","),
  };
  const proxied = (container: Container): Container => ({ ...container, env: { ...env, ...container.env } });
  const all = (containers: Readonly<Record<string, Container>>) => mapValues(containers, proxied);
  const { container, sidecars, prepare, erasure } = workload;
  const changed = {
    container: proxied(container),
    ...(sidecars === undefined ? {} : { sidecars: all(sidecars) }),
    ...(prepare === undefined ? {} : { prepare: all(prepare) }),
    ...(erasure === undefined || "impossible" in erasure ? {} : { erasure: { job: proxied(erasure.job) } }),
  };
  if (workload.volumes === undefined && workload.jobs === undefined) return { ...workload, ...changed };
  const { jobs, volumes } = workload;
  return {
    ...workload,
    ...changed,
    ...(jobs === undefined ? {} : { jobs: all(jobs) }),
    ...(volumes === undefined ? {} : { volumes: mapValues(volumes, (volume) => copiedThrough(volume, proxied)) }),
  };
}

function copiedThrough(volume: Volume, proxied: (container: Container) => Container): Volume {
  const { backup } = volume;
  if (backup === undefined) return volume;
  const { save, restore } = backup;
  return {
    ...volume,
    backup: {
      ...backup,
      ...(save === undefined ? {} : { save: proxied(save) }),
      ...(restore === undefined ? {} : { restore: proxied(restore) }),
    },
  };
}

const mapValues = <From, To>(of: Readonly<Record<string, From>>, change: (value: From) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(of).map(([key, value]) => [key, change(value)]));
