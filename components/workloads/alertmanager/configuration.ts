import type { Handle } from "../contract.ts";
import { WATCHDOG } from "./watchdog.ts";

/** Folder of the files with addresses and passwords. */
export const SECRETS = "/etc/alertmanager/secrets";

interface Receivers {
  /** True if a service outside the fleet takes alerts. */
  readonly outside: boolean;
  /** The workflows that take them, if there are. */
  readonly workflows: Handle | undefined;
  /** True if an outside watcher hears signs of life, and how often. */
  readonly beats: boolean;
  readonly minutes: number;
}

/** Pages are repeated every four hours, tickets every day; a page silences the tickets of the same workload. */
export const configuration = ({ outside, workflows, beats, minutes }: Receivers) => {
  const told = (name: string) => ({
    name,
    webhook_configs: [
      ...(outside ? [{ url_file: `${SECRETS}/${name}`, send_resolved: true }] : []),
      ...(workflows === undefined ? [] : [inFleet(workflows)]),
    ],
  });
  return {
    // Leaves through the egress proxy, whose address the runtime puts into the environment.
    global: { resolve_timeout: "5m", http_config: { proxy_from_environment: true } },
    route: {
      receiver: "ticket",
      group_by: ["alertname", "workload"],
      group_wait: "30s",
      group_interval: "5m",
      repeat_interval: "24h",
      routes: [
        {
          receiver: beats ? "heartbeat" : "nobody",
          matchers: [`alertname="${WATCHDOG}"`],
          group_wait: "0s",
          group_interval: `${minutes}m`,
          repeat_interval: `${minutes}m`,
        },
        { receiver: "page", matchers: ['severity="page"'], repeat_interval: "4h" },
      ],
    },
    inhibit_rules: [
      { source_matchers: ['severity="page"'], target_matchers: ['severity="ticket"'], equal: ["workload"] },
    ],
    receivers: [
      told("page"),
      told("ticket"),
      beats
        ? { name: "heartbeat", webhook_configs: [{ url_file: `${SECRETS}/heartbeat`, send_resolved: false }] }
        : { name: "nobody" },
    ],
  };
};

/** n8n's workflow `alert-receiver`. */
const inFleet = ({ url }: Handle) => ({
  url: `${url}/webhook/alerts`,
  send_resolved: true,
  http_config: { basic_auth: { username: "fleet", password_file: `${SECRETS}/workflows` } },
});
