import { z } from "zod";
import { bad, boundary, changed, exampleRow, good, unknown } from "../example.ts";
import { demand, resourceRule } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import { asList, placeIn } from "../values.ts";

const ROLE = "vault:appRole/authBackendRole:AuthBackendRole";

const config = z.strictObject({
  maximumSeconds: z.int().positive().default(3600).meta({ description: "How long a secret id may lie unused." }),
});

const role = exampleRow(ROLE, "agent", {
  roleName: "agent",
  secretIdNumUses: 1,
  secretIdTtl: 600,
  secretIdBoundCidrs: ["100.64.0.0/10"],
  tokenBoundCidrs: ["100.64.0.0/10"],
});

export const approleIsSingleUse = resourceRule({
  id: "security/approle-is-single-use",
  title: "AppRole secret ids work once, briefly and from the mesh only",
  why:
    "A secret id is a password that a machine was given. One that has been used is worth nothing, and if " +
    "somebody else was first, the machine that finds it spent is the alarm.",
  severity: "high",
  level: "mandatory",
  config,
  unknown: "fail",
  fix: "Set secretIdNumUses to 1, secretIdTtl to at most an hour and both bound CIDRs to the mesh's range.",
  source: "https://developer.hashicorp.com/vault/docs/auth/approle/approle-pattern",
  types: [ROLE],
  examples: [
    good("once, within ten minutes, from the mesh", role),
    bad("any number of uses", changed(role, "secretIdNumUses", 0), "secretIdNumUses"),
    bad("from anywhere", changed(role, "secretIdBoundCidrs", []), "secretIdBoundCidrs"),
    boundary("two uses", changed(role, "secretIdNumUses", 2), "secretIdNumUses"),
    boundary("an hour", changed(role, "secretIdTtl", 3600)),
    boundary("a second longer", changed(role, "secretIdTtl", 3601), "secretIdTtl"),
    boundary("0, which never ends", changed(role, "secretIdTtl", 0), "secretIdTtl"),
    boundary("the internet as the range of tokens", changed(role, "tokenBoundCidrs", ["0.0.0.0/0"]), "tokenBoundCidrs"),
    unknown("a number of uses that `up` decides", changed(role, "secretIdNumUses", UNKNOWN), "secretIdNumUses"),
  ],

  *inspect(row, { config: { maximumSeconds } }) {
    yield* demand(placeIn(row, "secretIdNumUses"), {
      isMet: (value) => value === 1,
      limit: "1",
      message: `A secret id of ${row.name} still works after somebody has used it.`,
    });
    yield* demand(placeIn(row, "secretIdTtl"), {
      isMet: (value) => typeof value === "number" && value > 0 && value <= maximumSeconds,
      limit: `1 to ${maximumSeconds} seconds`,
      message: `A secret id of ${row.name} is valid for too long.`,
    });
    for (const property of ["secretIdBoundCidrs", "tokenBoundCidrs"]) {
      yield* demand(placeIn(row, property), {
        isMet: (value) =>
          asList(value).length > 0 && !asList(value).some((range) => typeof range === "string" && range.endsWith("/0")),
        limit: "the range of the mesh",
        message: `${row.name} accepts logins from anywhere.`,
      });
    }
  },
});
