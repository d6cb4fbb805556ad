import { z } from "zod";
import { credential, defineWorkload } from "./contract.ts";
import { ALERTS, PANELS } from "./evaluation/observability.ts";
import { dataSet } from "./fine-tuning/settings.ts";
import { registryEnvironment, reportEnvironment } from "./python/environment.ts";
import { PYTHON_FOLDER, pythonFiles } from "./python/sources.ts";
import { s3Environment } from "./s3/client.ts";

/** Puts a versioned set of cases to candidate and champion, and makes the better one champion. Results are in S3. */
export const evaluation = defineWorkload({
  kind: "evaluation",
  layer: "inference",
  summary: "Monthly evaluation of candidate and champion on a versioned set of cases, and the gate between them",
  memory: "256 MiB, at most 512, for a run.",
  runtimes: ["kubernetes", "compose"],
  ports: {},
  needs: {
    proxy: { kind: "litellm", port: "api" },
    store: { kind: ["seaweedfs", "object-storage"], port: "s3" },
    registry: { kind: "mlflow", port: "http" },
    metrics: { kind: "prometheus", port: "api", optional: true },
  },
  reports: ["evaluation_score", "evaluation_cases", "evaluation_unanswered_cases", "evaluation_promoted"],
  alerts: ALERTS,
  panels: PANELS,
  spec: {
    model: z.string().meta({ description: "Name of the model in the registry." }),
    data: dataSet.meta({
      description:
        "Cases: lines of JSON with `id`, `messages`, `check` (exact, contains, pattern, json) and `expected`.",
    }),
    cases: z.int().min(1).default(1000).meta({ description: "A set with fewer is refused." }),
    schedule: z.string().default("0 4 1 * *").meta({ description: "Five cron fields, in UTC." }),
    bucket: z.string().default("models").meta({ description: "Takes results and the gate's decisions." }),
    parallel: z.int().min(1).max(64).default(8).meta({ description: "Cases asked at once." }),
    timeoutSeconds: z.number().positive().default(120).meta({ description: "For one answer." }),
    unansweredShare: z.number().min(0).max(1).default(0.02).meta({ description: "With more, a run says nothing." }),
    promotes: z.boolean().default(true).meta({ description: "Whether the gate moves the alias `champion` by itself." }),
    minimumScore: z.number().min(0).max(1).default(0.7).meta({ description: "Share of cases that a champion passes." }),
    minimumGain: z
      .number()
      .min(-1)
      .max(1)
      .default(0)
      .meta({ description: "By how much a candidate must be better than the champion." }),
    deadlineHours: z.number().positive().max(24).default(6),
  },
  example: { model: "assistant", data: { key: "assistant/cases.jsonl" } },
  build: ({ schedule, deadlineHours, ...settings }, context) => {
    const { proxy, store, registry, metrics } = context.needs;
    return {
      form: "scheduled",
      schedule,
      deadlineSeconds: Math.round(deadlineHours * 3600),
      retries: 1,
      container: {
        image: context.image("python"),
        command: ["python3", `${PYTHON_FOLDER}/evaluate.py`],
        env: {
          ...s3Environment(store),
          ...registryEnvironment(registry),
          ...reportEnvironment(context, metrics),
          PROXY_URL: proxy.url,
          PROXY_KEY: credential(proxy, "key"),
          SETTINGS: JSON.stringify(settings),
          PYTHONDONTWRITEBYTECODE: "1",
        },
        cpu: { request: 0.2 },
        memoryMiB: { request: 256, limit: 512 },
        user: 10001,
      },
      files: pythonFiles(
        "python/s3.py",
        "python/model_registry.py",
        "python/telemetry.py",
        "evaluation/evaluate.py",
        "evaluation/promote.py",
      ),
    };
  },
});
