import { stringify } from "yaml";
import { z } from "zod";
import { type Container, defineWorkload } from "./contract.ts";
import { budgetKeeper, budgetsOf } from "./litellm/budgets.ts";
import { AUTHENTICATION, callerSecrets, callersFile, callersOf } from "./litellm/callers.ts";
import { configuration } from "./litellm/configuration.ts";
import { environment } from "./litellm/environment.ts";
import { INDICATORS } from "./litellm/indicators.ts";
import { deploymentsOf, fallbacksOf, modelEgress, providerSecrets } from "./litellm/models.ts";
import { ALERTS, METRICS, METRICS_PORT, PANELS } from "./litellm/observability.ts";

const API = 4000;

/** The one door to every model: an OpenAI-compatible proxy that routes by name and data class, caches and limits. */
export const litellm = defineWorkload({
  kind: "litellm",
  layer: "inference",
  summary: "OpenAI-compatible proxy in front of every model",
  memory: "1 GiB for each worker, at most 2 GiB; twice that with a database.",
  runtimes: ["kubernetes", "compose"],
  ports: {
    api: { port: API, audience: "mesh", credentials: { perConsumer: "client" } },
    metrics: { port: METRICS_PORT, audience: "cluster" },
  },
  metrics: METRICS,
  alerts: ALERTS,
  panels: PANELS,
  indicators: INDICATORS,
  needs: {
    cache: { kind: "valkey-cache", port: "redis", optional: true },
    traces: { kind: "otel-collector", port: "otlp-http", optional: true },
    database: { kind: "postgres", port: "sql", optional: true },
  },
  spec: {
    replicas: z.int().min(1).max(20).default(1),
    workers: z.int().min(1).max(8).default(1).meta({ description: "Processes of one replica, one a core." }),
    timeoutSeconds: z
      .int()
      .min(10)
      .max(3600)
      .default(600)
      .meta({ description: "Longest wait for one answer; CPU models are slow." }),
    cacheSeconds: z
      .int()
      .min(0)
      .default(600)
      .meta({ description: "Age up to which an answer is given again to the very same request; 0 for never." }),
    requestsPerMinute: z.int().min(1).default(600).meta({ description: "That each workload may send." }),
    tokensPerMinute: z.int().min(1).default(200_000).meta({ description: "That each workload may send and receive." }),
    teamBudgets: z.boolean().default(false).meta({
      description: "Whether a team that has spent its month's budget is refused; keeps the count in a database.",
    }),
    workloadEuros: z.record(z.string(), z.number().positive()).default({}).meta({
      description:
        "What single workloads may spend on models in a month, out of their teams' budgets; with `teamBudgets` only.",
    }),
    logPrompts: z.boolean().default(false).meta({ description: "Whether traces hold what was asked and answered." }),
  },
  egress: (_, models) => modelEgress(models),
  build: (spec, context) => {
    const { cache, traces } = context.needs;
    const database = spec.teamBudgets ? context.needs.database : undefined;
    if (spec.teamBudgets && database === undefined) {
      throw new Error("`teamBudgets` without a database; add a workload of kind postgres");
    }
    if (database === undefined && Object.keys(spec.workloadEuros).length > 0) {
      throw new Error("`workloadEuros` without `teamBudgets: true`, so that nobody would count what is spent");
    }
    const deployments = deploymentsOf(context.models);
    const callers = callersOf(context, deployments);
    const config = configuration(deployments, fallbacksOf(deployments), {
      ...spec,
      name: context.name,
      hasCache: cache !== undefined,
      hasCollector: traces !== undefined,
      hasDatabase: database !== undefined,
      monthlyEuros: context.monthlyEuros,
      logsPrompts: spec.logPrompts,
      // Answers about persons are kept only where the caller asks for it.
      cachesUnasked: context.dataClass !== "personal",
    });
    const probe = (path: string) => ({ path, port: API, periodSeconds: 10, failureThreshold: 3, timeoutSeconds: 5 });
    const memoryMiB = spec.workers * (database === undefined ? 1024 : 2048);
    const container: Container = {
      image: context.image("litellm"),
      args: [
        ...["--config", "/etc/litellm/config.yaml", "--host", "0.0.0.0", "--port", String(API)],
        ...["--num_workers", String(spec.workers), "--run_gunicorn", "--prometheus_metrics_port", String(METRICS_PORT)],
        // Its memory grows with the requests that a process has served.
        ...["--max_requests_before_restart", "10000", "--max_requests_before_restart_jitter", "1000"],
      ],
      env: environment({ name: context.name, callers, deployments, cache, traces, database }),
      cpu: { request: spec.workers * 0.5, limit: spec.workers },
      memoryMiB: { request: memoryMiB, limit: 2 * memoryMiB },
      probes: {
        startup: { ...probe("/health/liveliness"), failureThreshold: 30 },
        readiness: probe("/health/readiness"),
        liveness: probe("/health/liveliness"),
      },
      lifecycle: { graceSeconds: spec.timeoutSeconds + 10, drainSeconds: 5 },
      scratch: ["/tmp"],
      user: 10001,
    };
    return {
      replicas: spec.replicas,
      container,
      ...(database === undefined
        ? {}
        : {
            sidecars: {
              budgets: budgetKeeper(container.image, API, budgetsOf(callers, context.teams, spec.workloadEuros)),
            },
          }),
      files: {
        "/etc/litellm/config.yaml": stringify(config, { aliasDuplicateObjects: false }),
        "/etc/litellm/authentication.py": AUTHENTICATION,
        "/etc/litellm/callers.json": callersFile(callers, spec),
      },
      secrets: {
        "master-key": { class: "generated", keys: ["key"] },
        ...callerSecrets(callers),
        ...providerSecrets(deployments),
      },
      needs: deployments.flatMap(({ model: { server } }) => server ?? []),
    };
  },
});
