import { expect, test } from "vitest";
import { parseHujson } from "../../policies/security/hujson.ts";
import type { MeshEnvironment } from "./flow.ts";
import { policyFile } from "./policy-file.ts";
import { meshPolicy } from "./policy.ts";

const lab: MeshEnvironment = {
  name: "lab",
  operators: [],
  pools: [{ tag: "tag:lab-core" }],
  flows: [{ from: "autogroup:member", to: "tag:lab-core", protocol: "tcp", port: 3000, why: "people use grafana" }],
};

test("a policy file has one entry a line and says why each grant is there", () => {
  expect(policyFile([lab])).toBe(`// Made from the environments lab: a change belongs there.
{
  "groups": {},
  "hosts": {},
  "tagOwners": {
    "tag:lab": [],
    "tag:lab-core": ["tag:lab"]
  },
  "autoApprovers": {
    "routes": {}
  },
  "grants": [
    // people use grafana
    {"src":["autogroup:member"],"dst":["tag:lab-core"],"ip":["tcp:3000"]}
  ],
  "ssh": [
    {"action":"accept","src":["tag:lab"],"dst":["tag:lab-core"],"users":["root"]}
  ],
  "tests": [
    {"src":"autogroup:member","proto":"tcp","accept":["tag:lab-core:3000"]},
    {"src":"tag:lab-core","proto":"tcp","deny":["tag:lab-core:22"]}
  ],
  "sshTests": [
    {"src":"tag:lab","dst":["tag:lab-core"],"accept":["root"]},
    {"src":"tag:lab-core","dst":["tag:lab-core"],"deny":["root"]}
  ]
}
`);
});

test("a policy file is the policy", () => {
  expect(parseHujson(policyFile([lab]))).toEqual(meshPolicy([lab]));
});
