import { z } from "zod";
import { bad, boundary, changed, good, unknown } from "../example.ts";
import { resourceRule } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import { asList, asObject, asText } from "../values.ts";
import { CONFIG_MAP, PROXY_EXAMPLE, PROXY_PATH, proxyConfigs, proxyExample } from "./proxy-config.ts";

const config = z.strictObject({
  processors: z
    .array(z.string())
    .default([])
    .meta({ description: "Hosts of providers with whom there is a processor contract for such data." }),
});

const INSIDE = "http://ollama.team-example.svc.cluster.local:11434";
const reaching = (base: string) => proxyExample(PROXY_EXAMPLE.replace(INSIDE, base));

export const modelsStayInside = resourceRule({
  id: "privacy/models-stay-inside",
  title: "Confidential and personal prompts go only to models of the fleet and to named processors",
  why:
    "A fallback to a commercial API sends the whole conversation to another company, at the moment when the own " +
    "model is down and nobody looks. Without a processor contract that is a disclosure, not a fallback.",
  severity: "critical",
  level: "mandatory",
  config,
  unknown: "warn",
  fix:
    "Serve the model in the fleet, or name the provider's host among the rule's processors once the contract is " +
    "signed.",
  source: "GDPR Article 28",
  types: [CONFIG_MAP],
  examples: [
    good("a model in the cluster", proxyExample(PROXY_EXAMPLE)),
    bad("a commercial API", reaching("https://api.example.com/v1"), PROXY_PATH),
    bad(
      "no base, which is the provider's own API",
      proxyExample(PROXY_EXAMPLE.replace(/ {6}api_base.*\n/, "")),
      PROXY_PATH,
    ),
    boundary("a device of the mesh", reaching("http://workshop-a.example.ts.net:8000")),
    boundary(
      "a host that only sounds like the cluster's",
      reaching("https://svc.cluster.local.example.com"),
      PROXY_PATH,
    ),
    boundary("a processor under contract", reaching("https://api.example.com/v1"), [], {
      settings: { processors: ["api.example.com"] },
    }),
    boundary("internal prompts", { ...reaching("https://api.example.com/v1"), labels: { "data-class": "internal" } }),
    unknown("files that `up` decides", changed(proxyExample(""), "data", UNKNOWN), "data"),
  ],

  *inspect(row, { config: { processors } }) {
    if (["public", "internal"].includes(row.labels["data-class"] ?? "")) return;
    const limit = ["models of the fleet", ...processors].join(", ");
    if (row.inputs["data"] === UNKNOWN) {
      yield {
        path: "data",
        message: `Where ${row.name} sends prompts is decided only by \`up\`.`,
        value: UNKNOWN,
        limit,
      };
    }
    for (const { path, settings } of proxyConfigs(row)) {
      for (const model of asList(settings["model_list"])) {
        const entry = asObject(model);
        const host = hostOf(asText(asObject(entry?.["litellm_params"])?.["api_base"]));
        if (host !== undefined && (isInside(host) || processors.includes(host))) continue;
        const name = asText(entry?.["model_name"]) ?? "a model without a name";
        yield {
          path,
          message: `Prompts for ${name} leave the fleet for ${host ?? "its provider's own API"}.`,
          value: host ?? "nothing",
          limit,
        };
      }
    }
  },
});

function hostOf(base: string | undefined): string | undefined {
  return base === undefined ? undefined : URL.parse(base)?.hostname;
}

/** Names that only the cluster or the mesh resolves; one without a dot is a Service of the same namespace. */
const isInside = (host: string): boolean => /\.svc(?:\.cluster\.local)?$|\.ts\.net$|^[^.]+$/.test(host);
