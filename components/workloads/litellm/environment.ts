import { type Container, credential, type Handle } from "../contract.ts";
import { type Caller, callerKeys } from "./callers.ts";
import type { Deployment } from "./models.ts";

interface Options {
  readonly name: string;
  readonly callers: readonly Caller[];
  readonly deployments: readonly Deployment[];
  readonly cache: Handle | undefined;
  readonly traces: Handle | undefined;
  /** Where it counts what teams spend. */
  readonly database: Handle | undefined;
}

/** Its settings, and every key that it checks or sends. */
export const environment = ({
  name,
  callers,
  deployments,
  cache,
  traces,
  database,
}: Options): NonNullable<Container["env"]> => ({
  LITELLM_MASTER_KEY: { secret: "master-key", key: "key" },
  ...callerKeys(callers),
  ...Object.fromEntries(deployments.flatMap(({ key }) => (key === undefined ? [] : [key]))),
  ...(cache === undefined
    ? {}
    : {
        CACHE_HOST: cache.host,
        CACHE_PORT: String(cache.port),
        CACHE_PASSWORD: credential(cache, "password"),
      }),
  ...(traces === undefined ? {} : { OTEL_EXPORTER: "otlp_http", OTEL_ENDPOINT: traces.url, OTEL_SERVICE_NAME: name }),
  ...(database === undefined
    ? {}
    : {
        DATABASE_HOST: `${database.host}:${database.port}`,
        DATABASE_NAME: credential(database, "username"),
        DATABASE_USERNAME: credential(database, "username"),
        DATABASE_PASSWORD: credential(database, "password"),
      }),
  LITELLM_LOCAL_MODEL_COST_MAP: "True",
  LITELLM_MODE: "PRODUCTION",
  LITELLM_LOG: "WARNING",
  DISABLE_ADMIN_UI: "True",
  NO_DOCS: "True",
  NO_REDOC: "True",
  AIOHTTP_TRUST_ENV: "True",
  HOME: "/tmp",
});
