import type { BuildContext, Container, Erasure, Port, Service, Volume } from "../contract.ts";

const REDIS = 6379;
const EXPORTER = 9121;

/** User id of the image. */
const USER = 999;

export const PORTS = {
  redis: { port: REDIS, audience: "cluster", scheme: "redis", credentials: "login" },
  metrics: { port: EXPORTER, audience: "cluster" },
} as const satisfies Record<string, Port>;

interface Options {
  readonly context: BuildContext;
  /** Most that keys and values may take. */
  readonly maximumMiB: number;
  /** Memory beyond that: buffers, and what a copy of the process for a new file changes meanwhile. */
  readonly overheadMiB: number;
  /** Lines of `valkey.conf` beside those that every Valkey has. */
  readonly configuration: readonly string[];
  readonly volumes?: Readonly<Record<string, Volume>>;
  /** Shell script that removes what is there about `$SUBJECT`. */
  readonly erase: string;
}

/** A Valkey with a password and its exporter beside it. */
export function valkeyServer(options: Options): Service {
  const { context, maximumMiB, overheadMiB, configuration, volumes, erase } = options;
  const image = context.image("valkey");
  const env = { REDISCLI_AUTH: { secret: "login", key: "password" } };
  // `valkey-cli` ends with 0 whatever the server answers.
  const ping = { command: ["/bin/sh", "-c", "valkey-cli ping | grep -qx PONG"], timeoutSeconds: 3 };
  const probe = { ...ping, periodSeconds: 10, failureThreshold: 3 };
  const server: Container = {
    image,
    command: ["/bin/sh", "-ec", START],
    env,
    cpu: { request: 0.1 },
    memoryMiB: { request: maximumMiB + overheadMiB },
    probes: {
      startup: { ...probe, failureThreshold: 60 },
      readiness: probe,
      liveness: { ...probe, failureThreshold: 6 },
    },
    scratch: ["/data"].filter((path) => !Object.values(volumes ?? {}).some((volume) => volume.path === path)),
    user: USER,
  };
  const exporter: Container = {
    image: context.image("redis-exporter"),
    env: { REDIS_ADDR: `redis://localhost:${REDIS}`, REDIS_PASSWORD: env.REDISCLI_AUTH },
    cpu: { request: 0.02 },
    memoryMiB: { request: 32 },
    user: 59000,
  };
  return {
    replicas: 1,
    container: server,
    sidecars: { exporter },
    files: { "/etc/valkey/valkey.conf": valkeyConfiguration(maximumMiB, configuration) },
    secrets: { login: { class: "generated", keys: ["password"] } },
    ...(volumes === undefined ? {} : { volumes }),
    erasure: eraseWith(image, context.name, erase),
  };
}

/** The password comes from the environment by standard input: not in the arguments, which every process may read. */
const START = [
  "exec valkey-server - <<EOF",
  "$(cat /etc/valkey/valkey.conf)",
  "requirepass $REDISCLI_AUTH",
  "EOF",
].join("\n");

/** `valkey.conf` without the password. */
export const valkeyConfiguration = (maximumMiB: number, more: readonly string[]): string =>
  [
    "bind * -::*",
    `port ${REDIS}`,
    "dir /data",
    `maxmemory ${maximumMiB}mb`,
    "tcp-keepalive 60",
    "maxclients 2000",
    ...more,
    "",
  ].join("\n");

const eraseWith = (image: string, host: string, script: string): Erasure => ({
  job: {
    image,
    command: ["/bin/sh", "-ec", script],
    env: { HOST: host, REDISCLI_AUTH: { secret: "login", key: "password" } },
    cpu: { request: 0.1 },
    memoryMiB: { request: 32 },
    user: USER,
  },
});
