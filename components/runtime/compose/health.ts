import type { Container, Probe } from "../../workloads/contract.ts";
import { type Healthcheck, literal } from "./document.ts";

/** Where every container finds a statically linked BusyBox of the node, read-only: many images have no tool to probe with. */
export const PROBE_TOOL = "/.splitfleet/busybox";

/** Seconds that a container may take until its first probe counts. */
export const graceSeconds = ({ probes }: Container): number =>
  probes?.startup === undefined ? 0 : probes.startup.periodSeconds * probes.startup.failureThreshold;

/** Seconds after which a container that never answers is known to be unhealthy. */
export function patienceSeconds(container: Container): number {
  const { readiness } = container.probes ?? {};
  return readiness === undefined ? 0 : graceSeconds(container) + readiness.periodSeconds * failures(container);
}

/**
 * A container's one health check. Compose knows no difference between not ready and not alive: the readiness probe is
 * asked, and it may fail as often as the more patient of both probes.
 */
export function healthcheck(container: Container): Healthcheck | undefined {
  if (container.probes === undefined) return undefined;
  const { readiness } = container.probes;
  const grace = graceSeconds(container);
  return {
    test: testOf(readiness),
    interval: `${readiness.periodSeconds}s`,
    timeout: `${readiness.timeoutSeconds ?? 1}s`,
    retries: failures(container),
    ...(grace === 0 ? {} : { start_period: `${grace}s` }),
  };
}

const failures = ({ probes }: Container): number =>
  Math.max(probes?.readiness.failureThreshold ?? 0, probes?.liveness.failureThreshold ?? 0);

/** `-Y off`: what the container is told about the egress proxy does not hold for itself. */
function testOf(probe: Probe): string[] {
  if ("command" in probe) return ["CMD", ...probe.command.map(literal)];
  if ("tcpPort" in probe) {
    return ["CMD", PROBE_TOOL, "nc", "-w", "1", "127.0.0.1", String(probe.tcpPort), "-e", PROBE_TOOL, "true"];
  }
  const url = `http://127.0.0.1:${probe.port}${probe.path}`;
  return ["CMD", PROBE_TOOL, "wget", "-q", "-Y", "off", "-O", "/dev/null", literal(url)];
}
