import { describe, expect, test } from "vitest";
import { trialFacts } from "../../testdata/trial.ts";
import { k3sVersion, lockedBinaries } from "./versions.ts";

describe("k3s releases", () => {
  test.each([
    ["v1.32.99+k3s1", "v1.33.13, v1.34.9, v1.35.6 or v1.36.2, or newer"],
    ["v1.33.12+k3s1", "v1.33.13 or newer"],
    ["v1.33.13+k3s1", undefined],
    ["v1.36.1+k3s2", "v1.36.2 or newer"],
    ["v1.36.2+k3s1", undefined],
    ["v1.37.0+k3s1", undefined],
  ])("%s", (version, expected) => {
    const facts = trialFacts((spoilt) => void (spoilt.cluster.version = version));
    expect([...k3sVersion(facts)].map((complaint) => complaint.expected)).toEqual(
      expected === undefined ? [] : [expected],
    );
  });
});

test("the lock has the releases that the file names, and the mesh's", () => {
  const facts = trialFacts((spoilt) => {
    spoilt.secrets.vault.version = "1.21.1";
    delete spoilt.lock.binaries["tailscale"];
  });
  expect([...lockedBinaries(facts)].map(({ path, inLock = false, got }) => [path.join("."), inLock, got])).toEqual([
    ["secrets.vault.version", false, '"1.21.1", while trial.lock.yaml has 1.21.0'],
    ["binaries.tailscale", true, "nothing"],
  ]);
});
