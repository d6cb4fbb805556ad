import { expect, test } from "vitest";
import { hetznerPool, trialFacts } from "../../testdata/trial.ts";
import { residency } from "./residency.ts";

test("a pool above public stands in an allowed country, a public one anywhere", () => {
  const abroad = (dataClass: "public" | "internal") =>
    [
      ...residency(
        trialFacts((facts) => {
          facts.sites["ashburn"] = { kind: "hetzner", location: "ash", range: "10.40.0.0/16" };
          Object.assign(hetznerPool(facts, "inference"), { site: "ashburn", dataClass });
        }),
      ),
    ].map(({ path, got, expected }) => [path.join("."), got, expected]);
  expect(abroad("public")).toEqual([]);
  expect(abroad("internal")).toEqual([
    [
      "pools.inference.site",
      "internal data in US, where site ashburn stands",
      "a site in DE or FI, as `privacy.residency` says",
    ],
  ]);
});
