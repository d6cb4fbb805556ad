import type { Runtime } from "../contract.ts";

/** Where each runtime writes what containers print. */
export const LOGS: Record<
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
export const STRUCTURED = [
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
  // Traefik names a field after the header.
  {
    type: "move",
    from: 'attributes.line["request_X-Request-Id"]',
    to: 'attributes["request_id"]',
    if: 'attributes.line?.["request_X-Request-Id"] != nil',
  },
  { type: "remove", field: "attributes.line", if: "attributes.line != nil" },
];

/** A pod's name without what its controller adds is the workload's. */
export const SERVICE = {
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
