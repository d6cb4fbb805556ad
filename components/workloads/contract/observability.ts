/** What a workload tells Prometheus. */
export interface Metrics {
  /** Name of the port that answers. */
  readonly port: string;
  readonly path: string;
  /**
   * Metrics that alerts and panels may use: those that the pinned version exposes, read in its source or from a running
   * copy. A test holds every expression of the fleet to these names.
   */
  readonly names: readonly string[];
}

export interface Alert {
  /** Camel case, unique in the fleet; its page in the runbook has this name. */
  readonly name: string;
  /** PromQL; every series has the label `workload` with the entry's name, so that one alert serves every entry of a kind. */
  readonly expression: string;
  readonly forMinutes: number;
  /** `page` wakes somebody, `ticket` waits for the morning. */
  readonly severity: "page" | "ticket";
  readonly summary: string;
  /** What to look at and what to do, in order; one sentence each. */
  readonly runbook: readonly string[];
}

/** One picture on the workload's dashboard. */
export interface Panel {
  readonly title: string;
  /** PromQL. */
  readonly expression: string;
  /** Unit as Grafana names it, such as `s`, `reqps`, `bytes`, `percentunit`; `short` for a number. */
  readonly unit: string;
}
