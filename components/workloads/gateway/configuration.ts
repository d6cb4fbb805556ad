import type { Handle } from "../contract.ts";

/** A public host name and the port behind it. */
export interface Route {
  readonly hostname: string;
  readonly handle: Handle;
}

/** Requests that one source may send, and what tells sources apart. */
export interface RateLimit {
  readonly perSecond: number;
  readonly burst: number;
  readonly header: string;
  /** Where all replicas count; undefined for each on its own. */
  readonly store: Pick<Handle, "host" | "port"> | undefined;
}

/** What the access log has of a request. No path: Traefik writes the query string with it. No address of a person. */
const LOGGED = [
  "DownstreamContentSize",
  "DownstreamStatus",
  "Duration",
  "OriginDuration",
  "OriginStatus",
  "RequestHost",
  "RequestMethod",
  "RouterName",
  "ServiceName",
  "StartUTC",
];

/**
 * Traefik's install configuration, as its file has it.
 *
 * @param ports Of requests, and of the probe and metrics.
 * @param graceSeconds For requests that are under way as it ends.
 */
export const installConfiguration = (
  ports: { readonly http: number; readonly metrics: number },
  graceSeconds: number,
) => ({
  global: { checkNewVersion: false, sendAnonymousUsage: false },
  entryPoints: {
    web: {
      address: `:${ports.http}`,
      // Only the tunnel can call it: what it says about its callers holds.
      forwardedHeaders: { insecure: true },
      transport: {
        lifeCycle: { requestAcceptGraceTimeout: "5s", graceTimeOut: `${graceSeconds}s` },
        // An upload may take its time, and the tunnel bounds it.
        respondingTimeouts: { readTimeout: "0s", idleTimeout: "180s" },
      },
    },
    metrics: { address: `:${ports.metrics}` },
  },
  providers: { file: { filename: "/etc/traefik/routes.yml", watch: false } },
  ping: { entryPoint: "metrics" },
  metrics: { prometheus: { entryPoint: "metrics", addEntryPointsLabels: true, addServicesLabels: true } },
  log: { level: "INFO", format: "json" },
  accessLog: {
    format: "json",
    fields: {
      defaultMode: "drop",
      names: Object.fromEntries(LOGGED.map((name) => [name, "keep"])),
      headers: { defaultMode: "drop", names: { "X-Request-Id": "keep", "Cf-Ray": "keep" } },
    },
  },
});

/** Traefik's routing configuration: a router and a service for each host name. */
export function routingConfiguration(routes: readonly Route[], limit: RateLimit) {
  const middlewares = { "rate-limit": { rateLimit: rateLimit(limit) }, security: { headers: SECURITY } };
  if (routes.length === 0) return { http: { middlewares } };
  const named = routes.map(({ hostname, handle }) => ({ name: `${handle.workload}-${handle.port}`, hostname, handle }));
  return {
    http: {
      middlewares,
      routers: Object.fromEntries(
        named.map(({ name, hostname }) => [
          name,
          {
            entryPoints: ["web"],
            rule: `Host(\`${hostname}\`)`,
            middlewares: ["rate-limit", "security"],
            service: name,
          },
        ]),
      ),
      services: Object.fromEntries(
        named.map(({ name, handle }) => [name, { loadBalancer: { servers: [{ url: handle.url }] } }]),
      ),
    },
  };
}

const rateLimit = ({ perSecond, burst, header, store }: RateLimit) => ({
  average: perSecond,
  period: "1s",
  burst,
  sourceCriterion: { requestHeaderName: header },
  ...(store === undefined
    ? {}
    : {
        redis: {
          endpoints: [`${store.host}:${store.port}`],
          // Traefik reads routing files as templates.
          password: `{{ env "CACHE_PASSWORD" }}`,
        },
      }),
});

/** TLS ends at Cloudflare, so Traefik is told to send the header that asks for it. */
const SECURITY = {
  stsSeconds: 31_536_000,
  stsIncludeSubdomains: true,
  forceSTSHeader: true,
  contentTypeNosniff: true,
  frameDeny: true,
  referrerPolicy: "strict-origin-when-cross-origin",
  customResponseHeaders: { Server: "", "X-Powered-By": "" },
};
