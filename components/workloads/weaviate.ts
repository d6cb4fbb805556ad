import { z } from "zod";
import { defineWorkload } from "./contract.ts";
import { callFunction } from "./http-call.ts";
import { nightly } from "./nightly.ts";
import { httpProbes } from "./probes.ts";
import { ALERTS, METRICS, PANELS } from "./weaviate/observability.ts";

const HTTP = 8080;
const GRPC = 50051;
const METRICS_PORT = 2112;
const USER = 1000;

/** Vectors and words searched together, with tenants kept apart; in place of Qdrant where that is needed. */
export const weaviate = defineWorkload({
  kind: "weaviate",
  layer: "retrieval",
  summary: "Vector database with hybrid search",
  memory: "1 GiB, and 6 bytes for each dimension of each vector.",
  runtimes: ["kubernetes", "compose"],
  ports: {
    http: { port: HTTP, audience: "cluster", credentials: "api-key" },
    grpc: { port: GRPC, audience: "cluster", scheme: "grpc", credentials: "api-key" },
    metrics: { port: METRICS_PORT, audience: "cluster" },
  },
  metrics: METRICS,
  alerts: ALERTS,
  panels: PANELS,
  backups: "optional",
  spec: {
    vectors: z.int().min(1000).default(300_000).meta({ description: "Most that all collections hold." }),
    dimensions: z.int().min(2).default(1024).meta({ description: "Of a vector, as the embedding model makes them." }),
    cpu: z.number().positive().default(0.5),
    subjectField: z
      .string()
      .regex(/^\w+$/)
      .default("subject")
      .meta({ description: "Property of an object that says whom it is about." }),
    retentionDays: z.int().min(1).default(365).meta({ description: "Age at which its writers delete objects." }),
  },
  build: (spec, context) => {
    const vectorsMiB = (spec.vectors * spec.dimensions * 4) / 1024 ** 2;
    const memoryMiB = 1024 + Math.ceil(vectorsMiB * 1.5);
    const diskGiB = Math.ceil((vectorsMiB * 4) / 1024) + 2;
    const key = { API_KEY: { secret: "api-key", key: "key" } } as const;
    return {
      replicas: 1,
      container: {
        image: context.image("weaviate"),
        command: ["/bin/weaviate"],
        args: ["--host", "0.0.0.0", "--port", String(HTTP), "--scheme", "http"],
        env: {
          AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED: "false",
          AUTHENTICATION_APIKEY_ENABLED: "true",
          AUTHENTICATION_APIKEY_ALLOWED_KEYS: key.API_KEY,
          AUTHENTICATION_APIKEY_USERS: "fleet",
          AUTHORIZATION_ADMINLIST_ENABLED: "true",
          AUTHORIZATION_ADMINLIST_USERS: "fleet",
          PERSISTENCE_DATA_PATH: "/var/lib/weaviate",
          DEFAULT_VECTORIZER_MODULE: "none",
          ENABLE_MODULES: "backup-filesystem",
          BACKUP_FILESYSTEM_PATH: "/backups",
          CLUSTER_HOSTNAME: "node1",
          CLUSTER_ADVERTISE_ADDR: "127.0.0.1",
          DISABLE_TELEMETRY: "true",
          PROMETHEUS_MONITORING_ENABLED: "true",
          PROMETHEUS_MONITORING_PORT: String(METRICS_PORT),
          LIMIT_RESOURCES: "false",
          GOMEMLIMIT: `${Math.floor(memoryMiB * 0.85)}MiB`,
        },
        cpu: { request: spec.cpu },
        memoryMiB: { request: memoryMiB },
        probes: httpProbes({
          port: HTTP,
          ready: "/v1/.well-known/ready",
          live: "/v1/.well-known/live",
          startSeconds: 600,
          timeoutSeconds: 3,
        }),
        scratch: ["/tmp"],
        user: USER,
      },
      sidecars: {
        backups: nightly({
          image: context.image("curl"),
          script: BACKUP,
          env: { HOST: "127.0.0.1", ...key },
          user: USER,
        }),
      },
      volumes: {
        data: { path: "/var/lib/weaviate", sizeGiB: diskGiB, keep: true, retentionDays: spec.retentionDays },
        backups: {
          path: "/backups",
          sizeGiB: diskGiB * 2,
          keep: true,
          retentionDays: Math.min(3, spec.retentionDays),
          backup: { everyHours: 24, keepDays: Math.min(14, spec.retentionDays) },
        },
      },
      secrets: { "api-key": { class: "generated", keys: ["key"] } },
      erasure: {
        job: {
          image: context.image("curl"),
          command: ["/bin/sh", "-ec"],
          args: [eraseScript(spec.subjectField)],
          env: { HOST: context.name, ...key },
          cpu: { request: 0.05 },
          memoryMiB: { request: 32 },
          user: USER,
        },
      },
    };
  },
});

const CALL = callFunction(HTTP, "Authorization: Bearer ");

const BACKUP = `${CALL}
rm -rf /backups/*
id=$(date -u +%Y%m%dt%H%M%S)
call POST /v1/backups/filesystem "{\\"id\\":\\"$id\\"}"
until call GET "/v1/backups/filesystem/$id" | grep -q '"status":"SUCCESS"'; do
  sleep 10
  call GET "/v1/backups/filesystem/$id" | grep -q '"status":"FAILED"' && exit 1
done`;

/** In every collection, each object of which a property names the person. */
const eraseScript = (property: string): string => `${CALL}
for collection in $(call GET /v1/schema | grep -o '"class":"[^"]*"' | cut -d '"' -f 4); do
  call DELETE /v1/batch/objects \\
    "{\\"match\\":{\\"class\\":\\"$collection\\",\\"where\\":{\\"path\\":[\\"${property}\\"],\\"operator\\":\\"Equal\\",\\"valueText\\":\\"$SUBJECT\\"}}}"
done`;
