/** What a workload tells Prometheus. */
export interface Metrics {
  /** Name of the port that answers. */
  readonly port: string;
  readonly path: string;
  /** Key of the port's credentials that is sent as bearer token, where the port asks for one. */
  readonly bearer?: string;
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
  /** One sentence; which workload, pod or node it is about, the alert's labels say. */
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

/** What the environment aims at; a figure without a target is only shown. Shares are from 0 to 1. */
export interface Targets {
  /** Of the time from a request to its full answer, 95 of 100 requests take no longer. */
  readonly p95Seconds?: number | undefined;
  /** Before a model server: 95 of 100 requests wait no longer. */
  readonly queueWaitSeconds?: number | undefined;
  readonly gpuBusyShare?: number | undefined;
  readonly kvCacheShare?: number | undefined;
  /** Of the requests: those that models of the cheapest tier answered. */
  readonly lowTierShare?: number | undefined;
  /** What providers of models bill; own hardware stands in the plan's bill. */
  readonly costPerThousandInferencesDollars?: number | undefined;
  readonly retryShare?: number | undefined;
  readonly rollbackShare?: number | undefined;
}

/** A figure of the fleet's scorecard: Prometheus records it, Grafana shows it beside the environment's target. */
export interface Indicator {
  /** Name under which it is recorded: `fleet:` and what it measures; unique in the fleet. */
  readonly record: string;
  readonly title: string;
  /** PromQL: one number for the whole fleet. `fleet:model_tier` has a series for each model, to join by `model_id`. */
  readonly expression: string;
  /** As of a {@link Panel}. */
  readonly unit: string;
  /** The target it is held to, and on which side of it is good. */
  readonly target?: { readonly name: keyof Targets; readonly better: "lower" | "higher" };
}
