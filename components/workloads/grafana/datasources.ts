import type { Handle } from "../contract.ts";
import { PROMETHEUS } from "./dashboards.ts";

interface Sources {
  readonly metrics: Handle;
  readonly logs: Handle | undefined;
  readonly traces: Handle | undefined;
}

/**
 * Data sources that lead into each other: a line of the log to its trace by the trace's id, a span to its request's lines
 * by the request's id, which the edge gives and every hop passes on. LLM traces bear the ids of the same trace.
 */
export function datasources({ metrics, logs, traces }: Sources): object {
  const source = (name: string, type: string, { url }: Handle, jsonData: object) => ({
    name,
    type,
    uid: type,
    url,
    access: "proxy",
    editable: false,
    jsonData,
  });
  return {
    apiVersion: 1,
    // Those that the files no longer name go.
    prune: true,
    datasources: [
      { ...source("Metrics", PROMETHEUS, metrics, { httpMethod: "POST" }), isDefault: true },
      ...(logs === undefined
        ? []
        : [source("Logs", "loki", logs, traces === undefined ? {} : { derivedFields: [TRACE_OF_A_LINE] })]),
      ...(traces === undefined
        ? []
        : [source("Traces", "jaeger", traces, logs === undefined ? {} : { tracesToLogsV2: LINES_OF_A_SPAN })]),
    ],
  };
}

const TRACE_OF_A_LINE = {
  name: "Trace",
  matcherType: "label",
  matcherRegex: "trace_id",
  // Grafana replaces variables of the environment in its files; twice the sign stands for itself.
  url: "$${__value.raw}",
  datasourceUid: "jaeger",
};

const LINES_OF_A_SPAN = {
  datasourceUid: "loki",
  spanStartTimeShift: "-5m",
  spanEndTimeShift: "5m",
  customQuery: true,
  query: '{service_name=~".+"} | request_id="$${__span.tags["request.id"]}" or trace_id="$${__span.traceId}"',
};
