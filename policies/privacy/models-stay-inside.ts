import { bad, boundary, changed, good, unknown } from "../example.ts";
import { noParameters, resourceRule } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import type { Processor } from "../rule.ts";
import { asList, asObject, asText } from "../values.ts";
import { exceeds } from "./data-class.ts";
import { CONFIG_MAP, PROXY_EXAMPLE, PROXY_PATH, proxyConfigs, proxyExample } from "./proxy-config.ts";

/** What may be sent to any provider that the models name. */
const OPEN = "internal";

const INSIDE = "http://ollama.team-example.svc.cluster.local:11434";
const OUTSIDE = "https://api.example.com/v1";
const reaching = (base: string, about = "") =>
  proxyExample(PROXY_EXAMPLE.replace(INSIDE, base).replace("litellm_settings", `${about}litellm_settings`));
const bought = (dataClass: string) => `    model_info: { provider: example, data_class: ${dataClass} }\n`;
const under = (contract: Processor) => ({ privacy: { residency: ["DE"], processors: { example: contract } } });
const contract = { until: "2026-11-21", dataClass: "personal" };

export const modelsStayInside = resourceRule({
  id: "privacy/models-stay-inside",
  title: "Confidential and personal prompts go only to models of the fleet and to cleared processors",
  why:
    "A fallback to a commercial API sends the whole conversation to another company, at the moment when the own " +
    "model is down and nobody looks. Without a processor contract that is a disclosure, not a fallback.",
  severity: "critical",
  level: "mandatory",
  config: noParameters,
  unknown: "warn",
  fix:
    "Serve the model in the fleet, lower the `dataClass` of its prompts, or add the reviewed contract to " +
    "`privacy.processors`.",
  source: "GDPR Article 28",
  types: [CONFIG_MAP],
  examples: [
    good("a model in the cluster", proxyExample(PROXY_EXAMPLE)),
    bad("a commercial API", reaching(OUTSIDE), PROXY_PATH),
    bad(
      "no base, which is the provider's own API",
      proxyExample(PROXY_EXAMPLE.replace(/ {6}api_base.*\n/, "")),
      PROXY_PATH,
    ),
    bad(
      "a processor cleared for less",
      reaching(OUTSIDE, bought("personal")),
      PROXY_PATH,
      under({
        ...contract,
        dataClass: "confidential",
      }),
    ),
    boundary("a device of the mesh", reaching("http://workshop-a.example.ts.net:8000")),
    boundary(
      "a host that only sounds like the cluster's",
      reaching("https://svc.cluster.local.example.com"),
      PROXY_PATH,
    ),
    boundary("a processor on the last day of its review", reaching(OUTSIDE, bought("personal")), [], under(contract)),
    boundary(
      "a processor a day later",
      reaching(OUTSIDE, bought("personal")),
      PROXY_PATH,
      under({
        ...contract,
        until: "2026-11-20",
      }),
    ),
    boundary("internal prompts", { ...reaching(OUTSIDE), labels: { "data-class": "internal" } }),
    boundary("a model for internal prompts only", reaching(OUTSIDE, bought("internal"))),
    unknown("files that `up` decides", changed(proxyExample(""), "data", UNKNOWN), "data"),
  ],

  *inspect(row, { privacy, lifetime }) {
    const ceiling = row.labels["data-class"] ?? "";
    if (!exceeds(ceiling, OPEN)) return;
    const limit = "models of the fleet, and processors cleared for such prompts";
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
        const about = asObject(entry?.["model_info"]);
        const prompts = asText(about?.["data_class"]) ?? ceiling;
        const host = hostOf(asText(asObject(entry?.["litellm_params"])?.["api_base"]));
        if (!exceeds(prompts, OPEN) || (host !== undefined && isInside(host))) continue;
        const provider = asText(about?.["provider"]);
        const fault = faultOf(privacy?.processors?.[provider ?? ""], prompts, lifetime?.today);
        if (fault === undefined) continue;
        const name = asText(entry?.["model_name"]) ?? "a model without a name";
        const where = host ?? `the API of ${provider ?? "its provider"}`;
        yield {
          path,
          message: `${prompts} prompts for ${name} leave the fleet for ${where}, ${fault}.`,
          value: where,
          limit,
        };
      }
    }
  },
});

/** Why a company may not see prompts of a class; undefined if it may. */
function faultOf(processor: Processor | undefined, prompts: string, today: string | undefined): string | undefined {
  if (processor === undefined) return "which is no processor";
  if (exceeds(prompts, processor.dataClass)) return `which is cleared for ${processor.dataClass} data`;
  if (today !== undefined && processor.until < today) return `whose contract was to be reviewed by ${processor.until}`;
  return undefined;
}

function hostOf(base: string | undefined): string | undefined {
  return base === undefined ? undefined : URL.parse(base)?.hostname;
}

/** Names that only the cluster or the mesh resolves; one without a dot is a Service of the same namespace. */
const isInside = (host: string): boolean => /\.svc(?:\.cluster\.local)?$|\.ts\.net$|^[^.]+$/.test(host);
