import type { Kind, Reference } from "../../kind.ts";
import { textAt } from "../../protocol/paths.ts";
import { ACCOUNT, iam, INSTANCE_PROFILE, nameClaims, namedByPrefix, nameOfAtMost, ROLE } from "./common.ts";

/** A role goes only when nothing is attached to it. */
const OF_ROLE: Reference = { at: "role", to: ROLE, by: "name", holds: true };

/** IAM, without evaluating any policy. */
export const identity: Readonly<Record<string, Kind>> = {
  [ROLE]: {
    idPrefix: "role",
    replaceOn: ["name", "namePrefix", "path"],
    naming: nameOfAtMost(64),
    claims: (inputs) =>
      nameClaims(inputs, `EntityAlreadyExists: Role with name ${textAt(inputs, "name")} already exists.`),
    outputs: iam("role", "AROA"),
  },
  "aws:iam/policy:Policy": {
    idPrefix: "policy",
    replaceOn: ["name", "namePrefix", "path", "description"],
    naming: nameOfAtMost(128),
    claims: (inputs) =>
      nameClaims(inputs, `EntityAlreadyExists: A policy called ${textAt(inputs, "name")} already exists.`),
    outputs: iam("policy", "ANPA"),
  },
  "aws:iam/rolePolicy:RolePolicy": {
    idPrefix: "rolepolicy",
    replaceOn: ["name", "namePrefix", "role"],
    naming: nameOfAtMost(128),
    references: [OF_ROLE],
    claims: (inputs) => {
      const conflict = `EntityAlreadyExists: the role has a policy named ${textAt(inputs, "name")}`;
      return nameClaims(inputs, conflict, textAt(inputs, "role"));
    },
    outputs: namedByPrefix,
  },
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
    idPrefix: "attachment",
    replaceOn: ["policyArn", "role"],
    references: [OF_ROLE],
    claims: ({ role, policyArn }) => [
      {
        key: `${String(role)}/${String(policyArn)}`,
        conflict: `EntityAlreadyExists: ${String(policyArn)} is attached to ${String(role)} already`,
      },
    ],
  },
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": {
    idPrefix: "oidc",
    replaceOn: ["url"],
    claims: (inputs) => [
      {
        key: textAt(inputs, "url") ?? "",
        conflict: `EntityAlreadyExists: Provider with url ${textAt(inputs, "url")} already exists.`,
      },
    ],
    outputs: {
      arn: ({ inputs }) =>
        `arn:aws:iam::${ACCOUNT}:oidc-provider/${(textAt(inputs, "url") ?? "").replace(/^https:\/\//, "")}`,
      thumbprintLists: () => [],
    },
    admit: ({ inputs }) => {
      if (textAt(inputs, "url")?.startsWith("https://") === true) return;
      throw new Error(`ValidationError: Invalid Open ID Connect Provider URL ${textAt(inputs, "url")}`);
    },
  },
  [INSTANCE_PROFILE]: {
    idPrefix: "profile",
    replaceOn: ["name", "namePrefix", "path"],
    naming: nameOfAtMost(128),
    references: [OF_ROLE],
    claims: (inputs) =>
      nameClaims(inputs, `EntityAlreadyExists: Instance Profile ${textAt(inputs, "name")} already exists.`),
    outputs: iam("instance-profile", "AIPA"),
  },
};
