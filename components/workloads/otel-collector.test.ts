import { expect, test } from "vitest";
import { parse } from "yaml";
import { fileOf, fleetOfEveryKind, workloadOf } from "../../test/fleet-of-every-kind.ts";
import { buildExample } from "./example.ts";
import { otelCollector } from "./otel-collector.ts";
import { masking, trusted } from "./otel/masking.ts";

interface Configuration {
  readonly service: {
    readonly extensions: readonly string[];
    readonly pipelines: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  };
  readonly [section: string]: Readonly<Record<string, unknown>>;
}

const FILES = [
  ["otel-collector", "/etc/otel/collector.yml"],
  ["otel-agent", "/etc/otel/agent.yml"],
  ["jaeger", "/etc/jaeger/jaeger.yml"],
] as const;
const SECTIONS = ["receivers", "processors", "exporters", "extensions"];

test.each(FILES.flatMap(([name, file]) => (["kubernetes", "compose"] as const).map((on) => [name, on, file] as const)))(
  "every part of %s on %s is configured and used",
  (name, runtime, file) => {
    const configuration: Configuration = parse(fileOf(workloadOf(fleetOfEveryKind(runtime), name), file));
    const used = (section: string): string[] =>
      section === "extensions"
        ? [...configuration.service.extensions]
        : Object.values(configuration.service.pipelines).flatMap((pipeline) => pipeline[section] ?? []);
    for (const section of SECTIONS) {
      expect([...new Set(used(section))].sort()).toEqual(Object.keys(configuration[section] ?? {}).sort());
    }
  },
);

test("the limit of memory comes first in every pipeline of the collector, and prompts are masked before anybody gets them", () => {
  const configuration: Configuration = parse(
    fileOf(workloadOf(fleetOfEveryKind("kubernetes"), "otel-collector"), "/etc/otel/collector.yml"),
  );
  const processors = Object.fromEntries(
    Object.entries(configuration.service.pipelines).map(([name, pipeline]) => [name, pipeline["processors"]]),
  );
  expect(processors).toMatchObject({
    traces: ["memory_limiter", "transform/request-id", "transform/mask", "batch"],
    "traces/models": ["memory_limiter", "transform/request-id", "transform/mask", "filter/models", "batch"],
    logs: ["memory_limiter", "batch"],
    metrics: ["memory_limiter", "batch"],
  });
});

const members = [
  { name: "chat", dataClass: "personal" },
  { name: "shop", dataClass: "public" },
  { name: "wiki", dataClass: "internal" },
];

test("prompts stay in the spans of workloads with data up to the limit", () => {
  expect(trusted(members, "internal")).toEqual(["shop", "wiki"]);
  expect(trusted(members, "personal")).toEqual(["chat", "shop", "wiki"]);
  expect(trusted(members, "none")).toEqual([]);
});

test("a span is masked unless its sender is trusted, and without trusted senders every span is", () => {
  expect(masking(["shop", "wiki"])).toMatchObject({
    error_mode: "propagate",
    trace_statements: [
      {
        context: "span",
        conditions: ['resource.attributes["service.name"] != "shop" and resource.attributes["service.name"] != "wiki"'],
      },
      { context: "spanevent" },
    ],
  });
  expect(JSON.stringify(masking([]))).not.toContain("conditions");
});

test("what is masked is what people asked and models answered, and nothing of how long it took", () => {
  const { trace_statements } = masking([]) as { trace_statements: { statements: string[] }[] };
  const literal = /delete_matching_keys\(span\.attributes, (".*")\)$/.exec(
    trace_statements[0]?.statements[0] ?? "",
  )?.[1];
  const content = new RegExp(JSON.parse(literal ?? '""'));
  const masked = [
    "gen_ai.prompt.0.content",
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.system_instructions",
    "llm.input_messages.0.message.content",
    "llm.prompts",
    "input.value",
    "output.value",
    "db.query.text",
  ];
  const kept = [
    "gen_ai.request.model",
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.output_tokens",
    "llm.token_count.prompt",
    "llm.model_name",
    "request.id",
    "http.route",
  ];
  expect([...masked, ...kept].filter((key) => content.test(key))).toEqual(masked);
});

test("a collector does not keep prompts that are more sensitive than what it is for", () => {
  expect(() => buildExample(otelCollector, { promptsUpTo: "confidential" })).toThrow(
    "promptsUpTo is confidential, above the workload's own data class internal",
  );
});

test("a Langfuse outside the fleet gets calls to models, masked, with a key that somebody provides", () => {
  const fields = { langfuse: "cloud.langfuse.com" };
  const { container, files, secrets } = buildExample(otelCollector, fields);
  const { exporters, service }: Configuration = parse(files?.["/etc/otel/collector.yml"] ?? "");
  expect(exporters?.["otlp_http/langfuse"]).toEqual({
    endpoint: "https://cloud.langfuse.com/api/public/otel",
    compression: "gzip",
    headers: { authorization: "Basic ${env:LANGFUSE_AUTHORIZATION}", "x-langfuse-ingestion-version": "4" },
  });
  expect(service.pipelines["traces/langfuse"]).toEqual({
    receivers: ["otlp"],
    processors: ["memory_limiter", "transform/request-id", "transform/mask", "filter/models", "batch"],
    exporters: ["otlp_http/langfuse"],
  });
  expect(container.env?.["LANGFUSE_AUTHORIZATION"]).toEqual({ secret: "langfuse", key: "authorization" });
  expect(secrets).toEqual({ langfuse: { class: "provided", keys: ["authorization"] } });
  expect(otelCollector.egress(fields, {})).toEqual([
    { host: "cloud.langfuse.com", port: 443, purpose: "traces of calls to models" },
  ]);
  expect(() => buildExample(otelCollector, { ...fields, promptsUpTo: "personal" }, { dataClass: "personal" })).toThrow(
    "promptsUpTo is personal, and Langfuse at cloud.langfuse.com is outside the fleet: lower it to internal",
  );
});
