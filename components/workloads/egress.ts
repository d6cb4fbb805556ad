import type { Container, Handle, Need, Workload } from "./contract.ts";

/** Name of {@link EGRESS} among a workload's needs. */
export const EGRESS_NEED = "egress-proxy";

/** What a workload that reaches hosts outside the fleet needs, beside the needs of its definition. */
export const EGRESS: Need = { kind: "egress-proxy", port: "proxy", optional: true };

/** Tells every container of a workload to reach the outside through the proxy, and everything else directly. */
export function throughProxy(workload: Workload, proxy: Handle, name: string): Workload {
  const env = {
    HTTPS_PROXY: proxy.url,
    HTTP_PROXY: proxy.url,
    NO_PROXY: `.svc.cluster.local,localhost,127.0.0.1,${name}`,
  };
  const proxied = (container: Container): Container => ({ ...container, env: { ...env, ...container.env } });
  const all = (containers: Readonly<Record<string, Container>>): Record<string, Container> =>
    Object.fromEntries(Object.entries(containers).map(([key, container]) => [key, proxied(container)]));
  const { container, sidecars, prepare } = workload;
  const changed = {
    container: proxied(container),
    ...(sidecars === undefined ? {} : { sidecars: all(sidecars) }),
    ...(prepare === undefined ? {} : { prepare: all(prepare) }),
  };
  if (workload.jobs === undefined) return { ...workload, ...changed };
  return { ...workload, ...changed, jobs: all(workload.jobs) };
}
