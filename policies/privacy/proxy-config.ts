import { parse } from "yaml";
import { exampleRow } from "../example.ts";
import type { Row, Value } from "../row.ts";
import { asObject, asText, join } from "../values.ts";

export const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";

/** A file of a ConfigMap that configures LiteLLM, parsed. */
export interface ProxyConfig {
  readonly path: string;
  readonly settings: { readonly [key: string]: Value };
}

/** LiteLLM's configuration files in a ConfigMap: those that list models. Text that is not YAML is none of them. */
export function proxyConfigs(row: Row): readonly ProxyConfig[] {
  return Object.entries(asObject(row.inputs["data"]) ?? {}).flatMap(([key, value]) => {
    const text = asText(value);
    if (text === undefined || !/^model_list:/m.test(text)) return [];
    return [{ path: join("data", key), settings: asObject(parsed(text)) ?? {} }];
  });
}

function parsed(text: string): Value {
  try {
    const value: Value = parse(text);
    return value;
  } catch {
    return null; // The proxy refuses to start with it; a rule about its content has nothing to look at.
  }
}

/** A ConfigMap with LiteLLM's configuration, as examples use it. */
export const proxyExample = (text: string): Row =>
  exampleRow(CONFIG_MAP, "litellm-config", { data: { "config.yaml": text } }, { labels: { "data-class": "personal" } });

export const PROXY_EXAMPLE = `model_list:
  - model_name: small
    litellm_params:
      model: ollama_chat/llama3.2
      api_base: http://ollama.team-example.svc.cluster.local:11434
litellm_settings:
  turn_off_message_logging: true
  telemetry: false
`;

/** The path of the example's file. */
export const PROXY_PATH = 'data["config.yaml"]';
