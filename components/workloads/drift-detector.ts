import { z } from "zod";
import { defineWorkload } from "./contract.ts";
import { ALERTS, PANELS } from "./drift-detector/observability.ts";
import { reportEnvironment } from "./python/environment.ts";
import { PYTHON_FOLDER, pythonFiles } from "./python/sources.ts";
import { s3Environment } from "./s3/client.ts";

const SECONDS_A_DAY = 86_400;

/** Notices that people ask for other things than the model has learned, and starts one tuning run. Keeps a reference in S3. */
export const driftDetector = defineWorkload({
  kind: "drift-detector",
  layer: "orchestration",
  summary: "Compares the requests of the week with those before, and starts one tuning run if they differ",
  memory: "128 MiB for a run.",
  runtimes: ["kubernetes"],
  ports: {},
  needs: {
    metrics: { kind: "prometheus", port: "api" },
    store: { kind: ["seaweedfs", "object-storage"], port: "s3" },
  },
  reports: ["drift_stability_index", "drift_tuning_started"],
  alerts: ALERTS,
  panels: PANELS,
  spec: {
    tuning: z.string().meta({ description: "The workload of kind fine-tuning that is run again, of the same team." }),
    schedule: z.string().default("0 5 * * *").meta({ description: "Five cron fields, in UTC." }),
    signals: z
      .record(z.string(), z.string())
      .default({
        "prompt-length": "sum by (le) (increase(vllm:request_prompt_tokens_bucket[7d]))",
        "answer-length": "sum by (le) (increase(vllm:request_generation_tokens_bucket[7d]))",
      })
      .meta({ description: "What is compared: PromQL that gives a histogram's counts by `le`." }),
    threshold: z.number().positive().default(0.2).meta({
      description: "Population stability index above which a signal has drifted; 0.1 is little, 0.25 is much.",
    }),
    leastRequests: z.int().min(1).default(1000).meta({ description: "With fewer on either side nothing is said." }),
    cooldownDays: z.number().positive().default(7).meta({ description: "After a run, none is started for this long." }),
    bucket: z.string().default("models"),
  },
  example: { tuning: "fine-tuning" },
  build: ({ tuning, schedule, cooldownDays, ...rest }, context) => {
    const { metrics, store } = context.needs;
    const target = context.fleet.find(({ name }) => name === tuning);
    if (context.fleet.length > 0 && (target?.kind !== "fine-tuning" || target.team !== context.team)) {
      throw new Error(`\`tuning\` names ${tuning}, which is no workload of kind fine-tuning of team ${context.team}`);
    }
    return {
      form: "scheduled",
      schedule,
      deadlineSeconds: 900,
      retries: 2,
      container: {
        image: context.image("python"),
        command: ["python3", `${PYTHON_FOLDER}/detect.py`],
        env: {
          ...s3Environment(store),
          ...reportEnvironment(context, metrics),
          SETTINGS: JSON.stringify({
            ...rest,
            tuning,
            namespace: `team-${context.team}`,
            cooldownSeconds: Math.round(cooldownDays * SECONDS_A_DAY),
          }),
          PYTHONDONTWRITEBYTECODE: "1",
        },
        cpu: { request: 0.1 },
        memoryMiB: { request: 128 },
        user: 10001,
      },
      files: pythonFiles("python/s3.py", "python/telemetry.py", "drift-detector/detect.py"),
      // Reads the tuning workload's job, and creates another one like it.
      namespaceAccess: [{ apiGroups: ["batch"], resources: ["jobs"], verbs: ["get", "create"] }],
    };
  },
});
