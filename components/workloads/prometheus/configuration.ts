import { stringify } from "yaml";
import type { BuildContext, Handle } from "../contract.ts";
import { ruleFiles } from "./rules.ts";

interface Options {
  /** Between two looks at a target, and at a rule. */
  readonly scrapeSeconds: number;
  readonly alertmanager: Handle | undefined;
  /** What is looked at, and how each target is found. */
  readonly scrapes: readonly object[];
}

/** Its configuration file and those of the rules, by absolute path. */
export function configurationFiles(
  context: BuildContext,
  { scrapeSeconds, alertmanager, scrapes }: Options,
): Record<string, string> {
  const rules = Object.entries(ruleFiles(context));
  const config = {
    global: {
      scrape_interval: `${scrapeSeconds}s`,
      evaluation_interval: `${scrapeSeconds}s`,
      external_labels: { environment: context.environment },
    },
    rule_files: rules.map(([file]) => ruleFile(file)),
    ...(alertmanager === undefined
      ? {}
      : {
          alerting: {
            alertmanagers: [{ static_configs: [{ targets: [`${alertmanager.host}:${alertmanager.port}`] }] }],
          },
        }),
    scrape_configs: scrapes,
  };
  return {
    "/etc/prometheus/prometheus.yml": stringify(config, { aliasDuplicateObjects: false }),
    ...Object.fromEntries(rules.map(([file, content]) => [ruleFile(file), stringify(content)])),
  };
}

const ruleFile = (name: string): string => `/etc/prometheus/rules/${name}.yml`;
