import { stringify } from "yaml";
import { z } from "zod";
import { defineWorkload, type Handle, type ServedModel } from "./contract.ts";

const API = 4000;

const served = (model: ServedModel): model is ServedModel & { server: Handle } => model.server !== undefined;

/** The one door to every model: an OpenAI-compatible proxy that routes by name and limits. Keeps no data of its own. */
export const litellm = defineWorkload({
  kind: "litellm",
  summary: "OpenAI-compatible proxy in front of every model",
  memory: "1 GiB, at most 2 GiB: one worker process.",
  runtimes: ["kubernetes", "compose"],
  ports: { api: { port: API, audience: "mesh" } },
  metrics: {
    port: "api",
    path: "/metrics",
    names: ["litellm_proxy_failed_requests_metric_total", "litellm_proxy_total_requests_metric_total"],
  },
  alerts: [
    {
      name: "LitellmFailing",
      expression:
        "sum by (workload) (rate(litellm_proxy_failed_requests_metric_total[5m]))" +
        " > 0.05 * sum by (workload) (rate(litellm_proxy_total_requests_metric_total[5m]))",
      forMinutes: 10,
      severity: "page",
      summary: "More than 5 % of the requests to the model proxy fail",
      runbook: [
        "Read the proxy's log: it names the model and the error of each failed request.",
        "Ask the model's server for its list of models; one that is still loading or gone does not answer.",
        "Check the provider's status page if only models of one provider fail, and raise their fallbacks.",
      ],
    },
  ],
  spec: {
    replicas: z.int().min(1).max(20).default(1),
    timeoutSeconds: z
      .int()
      .min(10)
      .max(3600)
      .default(600)
      .meta({ description: "Longest wait for one answer; CPU models are slow." }),
  },
  build: (spec, context) => {
    const models = Object.values(context.models).filter(served);
    const probe = (path: string) => ({ path, port: API, periodSeconds: 10, failureThreshold: 3 });
    const config = {
      model_list: models.map((model) => ({
        model_name: model.name,
        litellm_params: { model: `ollama_chat/${model.reference}`, api_base: model.server.url },
        model_info: { tier: model.tier },
      })),
      litellm_settings: { request_timeout: spec.timeoutSeconds, telemetry: false, turn_off_message_logging: true },
      general_settings: { master_key: "os.environ/LITELLM_MASTER_KEY" },
    };
    return {
      replicas: spec.replicas,
      container: {
        image: context.image("litellm"),
        args: ["--config", "/etc/litellm/config.yaml", "--port", String(API), "--num_workers", "1"],
        env: {
          LITELLM_MASTER_KEY: { secret: "master-key", key: "key" },
          LITELLM_LOCAL_MODEL_COST_MAP: "True",
          HOME: "/tmp",
        },
        cpu: { request: 0.5 },
        memoryMiB: { request: 1024, limit: 2048 },
        probes: {
          startup: { ...probe("/health/liveliness"), failureThreshold: 30 },
          readiness: probe("/health/readiness"),
          liveness: probe("/health/liveliness"),
        },
        scratch: ["/tmp"],
        user: 10001,
      },
      files: { "/etc/litellm/config.yaml": stringify(config) },
      secrets: { "master-key": { class: "generated", keys: ["key"] } },
      needs: models.map((model) => model.server),
    };
  },
});
