import { z } from "zod";
import { bad, boundary, changed, exampleRow, good, unknown } from "../example.ts";
import { demand, resourceRule } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import { isTrue, placeIn } from "../values.ts";

const ROLES = [
  "vault:appRole/authBackendRole:AuthBackendRole",
  "vault:aws/authBackendRole:AuthBackendRole",
  "vault:jwt/authBackendRole:AuthBackendRole",
  "vault:kubernetes/authBackendRole:AuthBackendRole",
];

const config = z.strictObject({
  maximumSeconds: z
    .int()
    .positive()
    .default(86_400)
    .meta({ description: "How long a token of a login may live or renew itself at once." }),
});

const role = exampleRow(ROLES[3] ?? "", "api", { roleName: "api", tokenTtl: 3600, tokenNoDefaultPolicy: true });
const LIFETIMES = ["tokenTtl", "tokenMaxTtl", "tokenPeriod"];

export const vaultTokensExpire = resourceRule({
  id: "security/vault-tokens-expire",
  title: "Vault tokens live for a day at most and carry only the policies of their role",
  why:
    "A stolen token works until it expires, and Vault's own default is 32 days. The default policy adds rights " +
    "that nobody has asked for, cubbyholes and look-ups among them.",
  severity: "high",
  level: "mandatory",
  config,
  unknown: "fail",
  fix: "Set tokenTtl or tokenPeriod of the role to at most a day, and tokenNoDefaultPolicy.",
  source: "https://developer.hashicorp.com/vault/docs/concepts/tokens",
  types: ROLES,
  examples: [
    good("an hour", role),
    good(
      "a period of an hour, renewed while it is used",
      changed(changed(role, "tokenTtl", undefined), "tokenPeriod", 3600),
    ),
    bad("no lifetime, which is 32 days", changed(role, "tokenTtl", undefined), "tokenTtl"),
    bad(
      "the default policy beside the role's",
      changed(role, "tokenNoDefaultPolicy", undefined),
      "tokenNoDefaultPolicy",
    ),
    boundary("a day", changed(role, "tokenTtl", 86_400)),
    boundary("a second more than a day", changed(role, "tokenTtl", 86_401), "tokenTtl"),
    unknown("a lifetime that `up` decides", changed(role, "tokenTtl", UNKNOWN), "tokenTtl"),
  ],

  *inspect(row, { config: { maximumSeconds } }) {
    const set = LIFETIMES.filter((property) => (row.inputs[property] ?? 0) !== 0);
    for (const property of set.length === 0 ? ["tokenTtl"] : set) {
      yield* demand(placeIn(row, property), {
        isMet: (value) => typeof value === "number" && value > 0 && value <= maximumSeconds,
        limit: `1 to ${maximumSeconds} seconds`,
        message: `A token of ${row.name} outlives the day on which it was issued.`,
      });
    }
    yield* demand(placeIn(row, "tokenNoDefaultPolicy"), {
      isMet: isTrue,
      limit: "true",
      message: `A token of ${row.name} also carries Vault's default policy.`,
    });
  },
});
