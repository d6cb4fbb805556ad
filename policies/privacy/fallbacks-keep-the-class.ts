import { bad, boundary, changed, good, unknown } from "../example.ts";
import { noParameters, resourceRule } from "../resource-rule.ts";
import { UNKNOWN, type Value } from "../row.ts";
import { asList, asObject, asText } from "../values.ts";
import { exceeds } from "./data-class.ts";
import { CONFIG_MAP, PROXY_PATH, proxyConfigs, proxyExample } from "./proxy-config.ts";

/** A proxy whose model `large` is for personal prompts and falls back to `other`. */
const fallingBack = (other: string, section = "router_settings") =>
  proxyExample(`model_list:
  - model_name: large
    model_info: { data_class: personal }
  - model_name: other
    model_info: { data_class: ${other} }
${section}:
  fallbacks:
    - large: [other]
`);

export const fallbacksKeepTheClass = resourceRule({
  id: "privacy/fallbacks-keep-the-class",
  title: "A model falls back only to models that may see the same prompts",
  why:
    "A fallback is taken without asking: the prompt that was fit for the first model goes to the second as it is. " +
    "What the second may not see must not be within its reach.",
  severity: "critical",
  level: "mandatory",
  config: noParameters,
  unknown: "warn",
  fix: "Take the model out of the `fallbacks`, or choose one for prompts of the same class.",
  source: "GDPR Article 5(1)(b)",
  types: [CONFIG_MAP],
  examples: [
    good("a fallback for the same prompts", fallingBack("personal")),
    bad("a fallback for less sensitive prompts", fallingBack("internal"), PROXY_PATH),
    bad("the same among the proxy's own settings", fallingBack("public", "litellm_settings"), PROXY_PATH),
    boundary("one class lower", fallingBack("confidential"), PROXY_PATH),
    unknown("files that `up` decides", changed(proxyExample(""), "data", UNKNOWN), "data"),
  ],

  *inspect(row) {
    if (row.inputs["data"] === UNKNOWN) {
      const message = `What models of ${row.name} fall back to is decided only by \`up\`.`;
      yield { path: "data", message, value: UNKNOWN, limit: "models for the same prompts" };
    }
    for (const { path, settings } of proxyConfigs(row)) {
      const classes = new Map(asList(settings["model_list"]).map(classOf));
      for (const [from, to] of fallbacksIn(settings)) {
        const [held, ceiling] = [classes.get(from), classes.get(to)];
        if (held === undefined || ceiling === undefined || !exceeds(held, ceiling)) continue;
        yield {
          path,
          message: `${held} prompts for ${from} fall back to ${to}, which may see ${ceiling} prompts at most.`,
          value: to,
          limit: `models for ${held} prompts`,
        };
      }
    }
  },
});

const classOf = (model: Value): [string, string | undefined] => {
  const entry = asObject(model);
  return [asText(entry?.["model_name"]) ?? "", asText(asObject(entry?.["model_info"])?.["data_class"])];
};

/** Every pair of a model and one that is asked in its place, wherever the proxy takes them from. */
function fallbacksIn(settings: { readonly [key: string]: Value }): [string, string][] {
  return ["router_settings", "litellm_settings"].flatMap((section) =>
    asList(asObject(settings[section])?.["fallbacks"]).flatMap((entry) =>
      Object.entries(asObject(entry) ?? {}).flatMap(([from, targets]) =>
        asList(targets).flatMap((target): [string, string][] => {
          const to = asText(target);
          return to === undefined ? [] : [[from, to]];
        }),
      ),
    ),
  );
}
