import type { Facts, Package } from "../kind.ts";
import { hexOf } from "./derive.ts";
import { installedVersion } from "./version.ts";

/** Random values, kept in the state alone. Every input is force-new in the provider `hashicorp/random`. */
export const random: Package = {
  name: "random",
  version: installedVersion("random"),
  replaceProviderOn: () => [],
  words: {
    missing: ({ at }, value) => `${at}: ${value} not found`,
    inUse: ({ id }, by) => `${id} is in use by ${by.id}`,
    rateLimited: "too many requests",
  },
  kinds: {
    "random:index/randomBytes:RandomBytes": {
      idPrefix: "bytes",
      replaceOn: ["keepers", "length"],
      outputs: { hex: (facts) => bytesOf(facts).toString("hex"), base64: (facts) => bytesOf(facts).toString("base64") },
      secretOutputs: ["hex", "base64"],
    },
    "random:index/randomPassword:RandomPassword": {
      idPrefix: "password",
      replaceOn: [
        "keepers",
        "length",
        "lower",
        "minLower",
        "minNumeric",
        "minSpecial",
        "minUpper",
        "number",
        "numeric",
        "overrideSpecial",
        "special",
        "upper",
      ],
      outputs: {
        result: ({ id, inputs }) => hexOf(`${id} result`, Number(inputs["length"])),
        bcryptHash: ({ id }) => `$2a$10$${hexOf(`${id} hash`, 53)}`,
      },
      secretOutputs: ["result", "bcryptHash"],
    },
  },
};

const bytesOf = ({ id, inputs }: Facts): Buffer =>
  Buffer.from(hexOf(`${id} bytes`, 2 * Number(inputs["length"])), "hex");
