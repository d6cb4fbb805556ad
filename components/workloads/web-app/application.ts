import { z } from "zod";
import {
  type BuildContext,
  type Container,
  credential,
  type Handle,
  type Need,
  type SecretDeclaration,
  type SecretReference,
} from "../contract.ts";
import { postgresEnvironment } from "../postgres/cluster.ts";

/** Port at which both processes tell their metrics. */
export const METRICS_PORT = 9000;

/** What API and workers rely on. */
export const NEEDS = {
  queue: { kind: "valkey-queue", port: "redis" },
  cache: { kind: "valkey-cache", port: "redis" },
  proxy: { kind: "litellm", port: "api" },
  database: { kind: "postgres", port: "sql", optional: true },
  traces: { kind: "otel-collector", port: "otlp-http", optional: true },
  errors: { kind: "glitchtip", port: "http", optional: true },
} as const satisfies Record<string, Need>;

/** What an entry says of the application, whichever of its processes it runs. */
export const FIELDS = {
  image: z
    .string()
    .regex(/^[^\s@]+@sha256:[0-9a-f]{64}$/, "an image by digest: <reference>@sha256:<64 hexadecimal digits>")
    .meta({ description: "The team's image, by digest, such as one of examples/web-app." }),
  model: z.string().meta({ description: "Name of the model that it asks the proxy for." }),
  queueName: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/)
    .default("answers")
    .meta({ description: "Queue between API and workers: the same in both entries, and another in each application." }),
  answerSeconds: z.int().min(1).max(3600).default(300).meta({ description: "Longest wait for a model." }),
  maxTokens: z.int().min(1).default(1024).meta({ description: "Longest answer that a request may ask for." }),
  tokensPerDay: z.int().min(1).default(200_000).meta({ description: "That one user may have in a day, in answers." }),
  cacheSeconds: z
    .int()
    .min(0)
    .default(600)
    .meta({ description: "Age up to which the very same question gets the same answer; 0 for never." }),
  memoryMiB: z.int().min(64).default(256).meta({ description: "Of one process." }),
  errorReports: z
    .union([z.literal("off"), z.literal("glitchtip"), z.hostname()])
    .default("off")
    .meta({ description: "Who takes reports of errors: the fleet's GlitchTip, or the host of Sentry's addresses." }),
};

type Fields = z.output<z.ZodObject<typeof FIELDS>>;

/** Hosts outside the fleet that an entry reaches. */
export const egressOf = ({ errorReports }: Fields) =>
  errorReports === "off" || errorReports === "glitchtip"
    ? []
    : [{ host: errorReports, port: 443, purpose: "reports of errors" }];

type Needed = { readonly [Name in "queue" | "cache" | "proxy"]: Handle } & {
  readonly [Name in "database" | "traces" | "errors"]: Handle | undefined;
};

/** A process of the application; what it is to do is its command. */
export function processOf(spec: Fields, context: BuildContext<Needed>, command: readonly string[]): Container {
  return {
    image: spec.image,
    command,
    env: environmentOf(spec, context),
    cpu: { request: 0.2, limit: 1 },
    memoryMiB: { request: spec.memoryMiB },
    scratch: ["/tmp"],
    user: 10001,
  };
}

function environmentOf(
  spec: Fields,
  { name, dataClass, needs }: BuildContext<Needed>,
): Record<string, string | SecretReference> {
  const { queue, cache, proxy, database, traces, errors } = needs;
  if (spec.errorReports === "glitchtip" && errors === undefined) {
    throw new Error("`errorReports: glitchtip` without a workload of kind glitchtip; add one, or name Sentry's host");
  }
  return {
    ...server("QUEUE", queue),
    QUEUE_NAME: spec.queueName,
    ...server("CACHE", cache),
    // An answer about a person is given to nobody else.
    CACHE_SECONDS: String(dataClass === "personal" ? 0 : spec.cacheSeconds),
    PROXY_URL: proxy.url,
    PROXY_KEY: credential(proxy, "key"),
    MODEL: spec.model,
    ANSWER_SECONDS: String(spec.answerSeconds),
    MAX_TOKENS: String(spec.maxTokens),
    TOKENS_PER_DAY: String(spec.tokensPerDay),
    METRICS_PORT: String(METRICS_PORT),
    ...(database === undefined ? {} : postgresEnvironment(database)),
    ...(traces === undefined ? {} : { OTEL_EXPORTER_OTLP_ENDPOINT: traces.url, OTEL_SERVICE_NAME: name }),
    ...(spec.errorReports === "off" ? {} : { SENTRY_DSN: { secret: "error-reports", key: "dsn" } }),
    HOME: "/tmp",
  };
}

const server = (name: string, handle: Handle): Record<string, string | SecretReference> => ({
  [`${name}_HOST`]: handle.host,
  [`${name}_PORT`]: String(handle.port),
  [`${name}_PASSWORD`]: credential(handle, "password"),
});

/** The address with its key is made in Sentry or GlitchTip, and put into Vault by hand. */
export const secretsOf = ({ errorReports }: Fields): Record<string, SecretDeclaration> =>
  errorReports === "off" ? {} : { "error-reports": { class: "provided", keys: ["dsn"] } };
