import type { Container, HttpProbe } from "./contract.ts";

interface Asked {
  readonly port: number;
  /** Path that answers once it can serve. */
  readonly ready: string;
  /** Path that answers as long as it works; `ready` unless stated. */
  readonly live?: string;
  /** Most that a start takes, in whole tens; without it, the probe of life counts from the first second. */
  readonly startSeconds?: number;
  /** Of one try; 1 unless stated. */
  readonly timeoutSeconds?: number;
}

const PERIOD_SECONDS = 10;

/** Probes of a server over HTTP: each asks every ten seconds, and has failed after three tries in a row. */
export function httpProbes({
  port,
  ready,
  live = ready,
  startSeconds,
  timeoutSeconds,
}: Asked): NonNullable<Container["probes"]> {
  const probe = (path: string): HttpProbe => ({
    path,
    port,
    periodSeconds: PERIOD_SECONDS,
    failureThreshold: 3,
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
  });
  return {
    ...(startSeconds === undefined
      ? {}
      : { startup: { ...probe(ready), failureThreshold: startSeconds / PERIOD_SECONDS } }),
    readiness: probe(ready),
    liveness: probe(live),
  };
}
