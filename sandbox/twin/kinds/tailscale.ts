import type { Value } from "../../../policies/row.ts";
import { parseHujson } from "../../../policies/security/hujson.ts";
import { asObject } from "../../../policies/values.ts";
import type { Facts, Package } from "../kind.ts";
import { textAt } from "../protocol/paths.ts";
import { hexOf } from "./derive.ts";
import { installedVersion } from "./version.ts";

/** Unless the key says otherwise: 90 days. */
const DEFAULT_EXPIRY_SECONDS = 90 * 24 * 3600;

/**
 * Tailscale. A key has no update: every field replaces it (the provider's resource is force-new throughout, except
 * `recreateIfInvalid`). A policy file replaces the one before it and is left in place when destroyed.
 */
export const tailscale: Package = {
  name: "tailscale",
  version: installedVersion("tailscale"),
  replaceProviderOn: () => [],
  words: {
    missing: ({ at }, value) => `${at}: ${value} not found (404)`,
    inUse: ({ id }, by) => `${id} is in use by ${by.id} (409)`,
    rateLimited: "rate limit exceeded (429)",
  },
  kinds: {
    "tailscale:index/tailnetKey:TailnetKey": {
      idPrefix: "key",
      replaceOn: ["description", "ephemeral", "expiry", "preauthorized", "reusable", "tags", "userId"],
      outputs: {
        key: ({ id }) => `tskey-auth-${id}-${hexOf(`${id} secret`, 24)}`,
        createdAt: ({ createdAt }) => createdAt,
        expiresAt: (facts) => expiry(facts).toISOString(),
        expiry: () => DEFAULT_EXPIRY_SECONDS,
        description: () => "",
        ephemeral: () => false,
        preauthorized: () => false,
        reusable: () => false,
        tags: () => [],
        userId: () => "",
        invalid: (facts) => isInvalid(facts),
      },
      secretOutputs: ["key"],
      gone: isReplacedWhenInvalid,
    },
    "tailscale:index/acl:Acl": {
      idPrefix: "acl",
      replaceOn: [],
      admit: ({ inputs }) => assertPolicy(textAt(inputs, "acl") ?? ""),
      claims: () => [{ key: "acl", conflict: "the tailnet has one policy file, and another resource owns it" }],
    },
  },
};

/** The service takes a policy over only if each tag that it names has an owner. */
function assertPolicy(text: string): void {
  const policy = asObject(decoded(text));
  if (policy === undefined) throw new Error("error decoding ACL: not a valid HuJSON document (400)");
  const owned = Object.keys(asObject(policy["tagOwners"]) ?? {});
  const named = [...JSON.stringify(policy).matchAll(/"(tag:[a-z0-9-]+)/g)].map(([, tag = ""]) => tag);
  const unknown = named.find((tag) => !owned.includes(tag));
  if (unknown !== undefined) throw new Error(`tag not found: "${unknown}" (400)`);
}

function decoded(text: string): Value | undefined {
  try {
    return parseHujson(text);
  } catch {
    return undefined; // The service answers that it is none.
  }
}

function expiry({ createdAt, inputs }: Facts): Date {
  return new Date(Date.parse(createdAt) + Number(inputs["expiry"] ?? DEFAULT_EXPIRY_SECONDS) * 1000);
}

function isInvalid(facts: Facts): boolean {
  return facts.facts["invalid"] === true || facts.now > expiry(facts);
}

/** `recreateIfInvalid`: unless told, the provider makes reusable keys again and leaves spent single-use keys alone. */
function isReplacedWhenInvalid(facts: Facts): boolean {
  const { recreateIfInvalid, reusable } = facts.inputs;
  if (!isInvalid(facts) || recreateIfInvalid === "never") return false;
  return recreateIfInvalid === "always" || reusable === true;
}
