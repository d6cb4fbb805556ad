import type { Member } from "../contract.ts";
import { clearedFor, type DataClass } from "../data-class.ts";

/**
 * Attributes that hold what people asked and models answered, by the conventions of OpenTelemetry (`gen_ai`), OpenInference
 * (`llm`, `input`, `output`, ...) and LiteLLM.
 */
const CONTENT =
  "^(gen_ai\\\\.(prompt|completion|input|output|system_instructions|tool)\\\\b" +
  "|llm\\\\.(prompts|completions|input_messages|output_messages|function_call|tools)\\\\b" +
  "|(input|output)\\\\.(value|mime_type)$|(message|document|retrieval|embedding|tool|tool_call|metadata)\\\\." +
  "|(db\\\\.(statement|query\\\\.text)|http\\\\.(request|response)\\\\.body)\\\\b)";

/** Names of the workloads that may keep prompts in their spans: those whose data is no more sensitive than `limit`. */
export const trusted = (fleet: readonly Pick<Member, "name" | "dataClass">[], limit: DataClass | "none"): string[] =>
  fleet
    .filter(({ dataClass }) => clearedFor(limit, dataClass))
    .map(({ name }) => name)
    .sort();

/**
 * Removes prompts and completions from spans and their events, unless the sender is trusted. Who does not say its name,
 * or one that the fleet does not know, is not.
 */
export function masking(names: readonly string[]): object {
  const others = names.map((name) => `resource.attributes["service.name"] != "${name}"`);
  const conditions = others.length === 0 ? {} : { conditions: [others.join(" and ")] };
  return {
    // A span that can not be masked is not passed on.
    error_mode: "propagate",
    trace_statements: [
      { context: "span", ...conditions, statements: [`delete_matching_keys(span.attributes, "${CONTENT}")`] },
      { context: "spanevent", ...conditions, statements: [`delete_matching_keys(spanevent.attributes, "${CONTENT}")`] },
    ],
  };
}

/** Where the edge's request id comes as a header, it becomes `request.id`: logs and spans are found by the same name. */
export const requestId = {
  error_mode: "ignore",
  trace_statements: [
    {
      context: "span",
      statements: [
        'set(span.attributes["request.id"], span.attributes["http.request.header.x-request-id"][0])' +
          ' where span.attributes["request.id"] == nil' +
          ' and span.attributes["http.request.header.x-request-id"] != nil',
      ],
    },
  ],
} as const;
