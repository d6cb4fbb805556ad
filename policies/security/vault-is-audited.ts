import { bad, boundary, changed, exampleRow, good, unknown } from "../example.ts";
import { noParameters } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import type { Rule } from "../rule.ts";
import { asObject, isTrue } from "../values.ts";
import type { z } from "zod";

const MOUNT = "vault:index/mount:Mount";
const AUDIT = "vault:index/audit:Audit";
const mount = exampleRow(MOUNT, "kv", { path: "splitfleet/kv", type: "kv" });
const device = exampleRow(AUDIT, "file", { type: "file", options: { file_path: "/var/log/vault/audit.log" } });

/** Advisory: the bootstrap of Vault may have enabled a device before Pulumi logs in for the first time. */
export const vaultIsAudited: Rule<z.output<typeof noParameters>> = {
  id: "security/vault-is-audited",
  title: "Vault keeps an audit log, without the secrets in it",
  why:
    "The log is the only place that says which secret was read by whom. With log_raw it holds the secrets " +
    "themselves, and is then the most valuable file of the fleet.",
  severity: "high",
  level: "advisory",
  scope: "environment",
  config: noParameters,
  unknown: "warn",
  fix:
    "Declare a vault.Audit device of type file, without log_raw; a second one keeps Vault alive when the first " +
    "is full.",
  source: "https://developer.hashicorp.com/vault/docs/audit",
  examples: [
    good("secrets beside a device", [mount, device]),
    good("no Vault", exampleRow("hcloud:index/network:Network", "network", { ipRange: "10.0.0.0/8" })),
    bad("secrets without a device", mount, "path"),
    boundary("a device that logs what it hides", [mount, changed(device, "options.log_raw", "true")], {
      of: device,
      path: "options.log_raw",
    }),
    unknown("a device whose options `up` decides", [mount, changed(device, "options", UNKNOWN)], {
      of: device,
      path: "options.log_raw",
    }),
  ],

  *check(rows) {
    const devices = rows.filter(({ type }) => type === AUDIT);
    const limit = "an audit device without log_raw";
    for (const { urn, name, inputs } of devices) {
      const options = inputs["options"];
      const at = { urn, path: "options.log_raw", limit };
      if (options === UNKNOWN)
        yield { ...at, message: `Whether ${name} logs secrets is decided only by \`up\`.`, value: UNKNOWN };
      else if (isTrue(asObject(options)?.["log_raw"]))
        yield { ...at, message: `${name} writes secrets into its log.`, value: "true" };
    }
    const first = rows.find(({ type }) => type === MOUNT);
    if (devices.length > 0 || first === undefined) return;
    yield {
      urn: first.urn,
      path: "path",
      message: "No audit device is declared for the Vault that keeps the secrets.",
      value: "no device",
      limit,
    };
  },
};
