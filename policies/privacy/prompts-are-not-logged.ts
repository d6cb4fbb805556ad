import { bad, boundary, changed, good, unknown } from "../example.ts";
import { noParameters, resourceRule } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import { asObject, isTrue, shown } from "../values.ts";
import { CONFIG_MAP, PROXY_EXAMPLE, PROXY_PATH, proxyConfigs, proxyExample } from "./proxy-config.ts";

const withText = (from: string, to: string) => proxyExample(PROXY_EXAMPLE.replace(from, to));

export const promptsAreNotLogged = resourceRule({
  id: "privacy/prompts-are-not-logged",
  title: "The model proxy keeps no prompts and reports to nobody",
  why:
    "People write into a prompt what they would not write into a form. A log of prompts is a second copy of all " +
    "of it, with no deletion date, readable by whoever reads logs.",
  severity: "high",
  level: "mandatory",
  config: noParameters,
  unknown: "warn",
  fix:
    "Set litellm_settings.turn_off_message_logging to true, telemetry to false, and leave " +
    "store_prompts_in_spend_logs out.",
  source: "GDPR Article 5(1)(c); https://docs.litellm.ai/docs/proxy/logging",
  types: [CONFIG_MAP],
  examples: [
    good("no message logging, no telemetry", proxyExample(PROXY_EXAMPLE)),
    good("a ConfigMap that does not configure the proxy", proxyExample("telemetry: true\n")),
    bad(
      "prompts in the spend log",
      proxyExample(`${PROXY_EXAMPLE}general_settings:\n  store_prompts_in_spend_logs: true\n`),
      PROXY_PATH,
    ),
    boundary("nothing said of telemetry, which is on", withText("  telemetry: false\n", ""), PROXY_PATH),
    boundary(
      "nothing said of messages, which are logged",
      withText("  turn_off_message_logging: true\n", ""),
      PROXY_PATH,
    ),
    unknown("files that `up` decides", changed(proxyExample(""), "data", UNKNOWN), "data"),
  ],

  *inspect(row) {
    if (row.inputs["data"] === UNKNOWN) {
      yield {
        path: "data",
        message: `What ${row.name} configures is decided only by \`up\`.`,
        value: UNKNOWN,
        limit: "no log of prompts",
      };
    }
    for (const { path, settings } of proxyConfigs(row)) {
      const [proxy, general] = [asObject(settings["litellm_settings"]), asObject(settings["general_settings"])];
      const wanted = [
        {
          key: "litellm_settings.turn_off_message_logging",
          value: proxy?.["turn_off_message_logging"],
          isMet: isTrue(proxy?.["turn_off_message_logging"]),
          limit: "true",
        },
        {
          key: "litellm_settings.telemetry",
          value: proxy?.["telemetry"],
          isMet: proxy?.["telemetry"] === false,
          limit: "false",
        },
        {
          key: "general_settings.store_prompts_in_spend_logs",
          value: general?.["store_prompts_in_spend_logs"],
          isMet: !isTrue(general?.["store_prompts_in_spend_logs"]),
          limit: "false",
        },
      ];
      for (const { key, value, isMet, limit } of wanted) {
        if (!isMet) yield { path, message: `${row.name} sets ${key} to ${shown(value)}.`, value: shown(value), limit };
      }
    }
  },
});
