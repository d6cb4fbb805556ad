import { stringify } from "yaml";
import { z } from "zod";
import { defineWorkload, type Runtime } from "./contract.ts";
import { HEALTH, health, memoryLimiter, TELEMETRY, telemetry } from "./otel/collector.ts";

const POSITIONS = "/var/lib/otel";

/** Reads the logs of every container of its node and sends them to Loki. Keeps only how far it has read. */
export const otelAgent = defineWorkload({
  kind: "otel-agent",
  summary: "Reads the logs of all containers of a node and sends them to Loki",
  memory: "128 MiB, at most 256: it stops reading at 80 % of that.",
  runtimes: ["kubernetes", "compose"],
  nodeAgent: true,
  ports: { metrics: { port: TELEMETRY, audience: "cluster" } },
  needs: { logs: { kind: "loki", port: "http" } },
  metrics: {
    port: "metrics",
    path: "/metrics",
    names: ["otelcol_exporter_send_failed_log_records_total", "otelcol_exporter_sent_log_records_total"],
  },
  alerts: [
    {
      name: "LogsNotSent",
      expression: "sum by (workload, instance) (increase(otelcol_exporter_send_failed_log_records_total[15m])) > 0",
      forMinutes: 15,
      severity: "ticket",
      summary: "An agent can not send its node's logs",
      runbook: [
        "See whether Loki is up and takes lines.",
        "Read the agent's log on that node: it has the answer that it got.",
        "The lines are not lost as long as the node keeps the files: the agent goes on where it stopped.",
      ],
    },
  ],
  panels: [
    {
      title: "Lines sent",
      expression: "sum by (instance) (rate(otelcol_exporter_sent_log_records_total[5m]))",
      unit: "cps",
    },
  ],
  spec: {
    everyPool: z.boolean().default(true).meta({ description: "Also on the nodes of all other pools of the cluster." }),
  },
  build: (spec, context) => {
    const { path, include, operators } = LOGS[context.runtime];
    const config = {
      extensions: { health_check: { endpoint: `0.0.0.0:${HEALTH}` }, file_storage: { directory: POSITIONS } },
      receivers: {
        file_log: {
          include: [`/host${path}${include}`],
          // Its own lines would make lines.
          exclude: [`/host${path}/*_${context.name}-*/*/*.log`],
          start_at: "beginning",
          include_file_path: true,
          storage: "file_storage",
          operators: [...operators, ...STRUCTURED],
        },
      },
      processors: { memory_limiter: memoryLimiter, "transform/service": SERVICE, batch: {} },
      exporters: { "otlp_http/logs": { endpoint: `${context.needs.logs.url}/otlp`, compression: "gzip" } },
      service: {
        extensions: ["health_check", "file_storage"],
        telemetry,
        pipelines: {
          logs: {
            receivers: ["file_log"],
            processors: ["memory_limiter", "transform/service", "batch"],
            exporters: ["otlp_http/logs"],
          },
        },
      },
    };
    const probe = health("/");
    return {
      form: "daemon",
      ...(spec.everyPool ? { everyPool: true as const } : {}),
      container: {
        image: context.image("otel-collector"),
        args: ["--config=/etc/otel/agent.yml"],
        env: { GOMEMLIMIT: "200MiB" },
        cpu: { request: 0.05 },
        memoryMiB: { request: 128, limit: 256 },
        probes: { readiness: probe, liveness: probe },
        scratch: [POSITIONS],
        // The files of the log are root's.
        user: 0,
      },
      hostPaths: [path],
      files: { "/etc/otel/agent.yml": stringify(config, { aliasDuplicateObjects: false }) },
      priority: "platform",
    };
  },
});

/** Where each runtime writes what containers print. */
const LOGS: Record<
  Runtime,
  { readonly path: string; readonly include: string; readonly operators: readonly object[] }
> = {
  kubernetes: {
    path: "/var/log/pods",
    include: "/*/*/*.log",
    operators: [{ type: "container", format: "containerd" }],
  },
  compose: {
    path: "/var/lib/docker/containers",
    include: "/*/*-json.log",
    operators: [
      {
        type: "json_parser",
        timestamp: {
          parse_from: "attributes.time",
          layout_type: "gotime",
          layout: "2006-01-02T15:04:05.999999999Z07:00",
        },
      },
      // Docker writes the label that says whose line it is beside the line.
      {
        type: "move",
        from: 'attributes.attrs["splitfleet/workload"]',
        to: 'resource["service.name"]',
        if: 'attributes.attrs?.["splitfleet/workload"] != nil',
      },
      { type: "move", from: "attributes.log", to: "body" },
    ],
  },
};

/** Of a line that is JSON: the ids that lead to the request's other lines and to its trace. */
const STRUCTURED = [
  {
    type: "json_parser",
    if: 'body matches "^{"',
    parse_to: "attributes.line",
    on_error: "send_quiet",
    trace: {
      trace_id: { parse_from: "attributes.line.trace_id" },
      span_id: { parse_from: "attributes.line.span_id" },
      on_error: "send_quiet",
    },
  },
  {
    type: "move",
    from: "attributes.line.request_id",
    to: 'attributes["request_id"]',
    if: "attributes.line?.request_id != nil",
  },
  { type: "remove", field: "attributes.line", if: "attributes.line != nil" },
];

/** A pod's name without what its controller adds is the workload's. */
const SERVICE = {
  error_mode: "ignore",
  log_statements: [
    {
      context: "resource",
      conditions: ['resource.attributes["service.name"] == nil and resource.attributes["k8s.pod.name"] != nil'],
      statements: [
        'set(resource.attributes["service.name"], resource.attributes["k8s.pod.name"])',
        'replace_pattern(resource.attributes["service.name"],' +
          ' "(-[bcdfghjklmnpqrstvwxz2456789]{6,10})?-([bcdfghjklmnpqrstvwxz2456789]{5}|[0-9]+)$", "")',
      ],
    },
  ],
};
