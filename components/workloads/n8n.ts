import { readFileSync } from "node:fs";
import { z } from "zod";
import { type Container, defineWorkload } from "./contract.ts";
import { environment, workerPorts } from "./n8n/environment.ts";
import { ALERTS, METRICS, PANELS } from "./n8n/observability.ts";
import { tablesSql } from "./n8n/tables.ts";
import { importScript, workflowFiles } from "./n8n/workflows.ts";
import { psql } from "./postgres/psql.ts";
import { httpProbes } from "./probes.ts";

const HTTP = 5678;
const CONFIG = "/etc/n8n";
const USER = 1000;

/** Automated workflows, delivered as files and imported at every start. Keeps runs and credentials in PostgreSQL. */
export const n8n = defineWorkload({
  kind: "n8n",
  layer: "orchestration",
  summary: "Automated workflows, among them an alert receiver and a queue of answers that a person must approve",
  memory: "512 MiB, at most 1 GiB, for n8n and for each worker; measured 555 MB with the runner of its code.",
  runtimes: ["kubernetes", "compose"],
  ports: { http: { port: HTTP, audience: "mesh", credentials: "webhook" } },
  needs: {
    database: { kind: "postgres", port: "sql" },
    queue: { kind: "valkey-queue", port: "redis", optional: true },
  },
  metrics: METRICS,
  alerts: ALERTS,
  panels: PANELS,
  spec: {
    url: z.url().optional().meta({ description: "Address at which people and callers of webhooks reach it." }),
    workflows: z
      .string()
      .optional()
      .meta({ description: "Folder of further workflows, one JSON file each, from the project's root." }),
    hosts: z
      .array(z.hostname())
      .default([])
      .meta({ description: "Hosts outside the fleet that workflows may reach, on port 443." }),
    workers: z.int().min(0).max(4).default(0).meta({
      description: "Processes beside it that run the workflows, fed through a queue; without any it runs them itself.",
    }),
    retentionDays: z.int().min(1).default(30).meta({ description: "Age at which runs and reviews are deleted." }),
  },
  egress: ({ hosts }) => hosts.map((host) => ({ host, port: 443, purpose: "steps of workflows" })),
  build: (spec, context) => {
    const { database, queue } = context.needs;
    if (spec.workers > 0 && queue === undefined) throw new Error("`workers` without a workload of kind valkey-queue");
    const image = context.image("n8n");
    const env = environment(HTTP, spec, context.needs);
    const workflows = workflowFiles(spec.workflows);
    const url = spec.url ?? `http://${context.name}:${HTTP}/`;
    const process = (more: Partial<Container>): Container => ({
      image,
      env,
      cpu: { request: 0.2 },
      memoryMiB: { request: 512, limit: 1024 },
      lifecycle: { graceSeconds: 60 },
      scratch: ["/data", "/tmp"],
      user: USER,
      ...more,
    });
    const workers = Array.from({ length: spec.workers }, (_, index): [string, Container] => [
      `worker-${index + 1}`,
      process({ args: ["worker"], env: { ...env, ...workerPorts(index) } }),
    ]);
    return {
      replicas: 1,
      container: process({
        env: {
          ...env,
          WEBHOOK_URL: url,
          N8N_EDITOR_BASE_URL: url,
          // A browser keeps a secure cookie only of a site with TLS.
          N8N_SECURE_COOKIE: String(url.startsWith("https:")),
        },
        probes: httpProbes({
          port: HTTP,
          ready: "/healthz/readiness",
          live: "/healthz",
          startSeconds: 600,
          timeoutSeconds: 5,
        }),
      }),
      ...(workers.length === 0 ? {} : { sidecars: Object.fromEntries(workers) }),
      prepare: {
        tables: psql({ image: context.image("postgres"), database, file: `${CONFIG}/tables.sql` }),
        workflows: process({
          command: ["/bin/sh", "-ec"],
          args: [importScript(CONFIG, workflows)],
          env: {
            ...env,
            WEBHOOK_PASSWORD: { secret: "webhook", key: "password" },
            REVIEWER_PASSWORD: { secret: "reviewer", key: "password" },
          },
        }),
      },
      files: {
        [`${CONFIG}/import.mjs`]: readFileSync(new URL("n8n/import.mjs", import.meta.url), "utf8"),
        [`${CONFIG}/tables.sql`]: tablesSql(spec.retentionDays),
        ...Object.fromEntries(workflows.map(({ file, text }) => [`${CONFIG}/workflows/${file}`, text])),
      },
      secrets: {
        // Every credential is encrypted with it: a new one would make all of them unreadable.
        encryption: { class: "immutable", keys: ["key"] },
        webhook: { class: "generated", keys: ["user", "password"], fixed: { user: "fleet" } },
        reviewer: { class: "generated", keys: ["user", "password"], fixed: { user: "reviewer" } },
      },
    };
  },
});
