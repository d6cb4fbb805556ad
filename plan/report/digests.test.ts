import { expect, it } from "vitest";
import { digestsOf } from "./digests.ts";

const digests = digestsOf({ inputs: { name: "a", spec: { cpu: 1, env: [{ value: "x" }] } }, secretPaths: [] });

it("changes with a value, however deep, and with no other input's", () => {
  const changed = digestsOf({ inputs: { name: "a", spec: { cpu: 1, env: [{ value: "y" }] } }, secretPaths: [] });
  expect(changed["name"]).toBe(digests["name"]);
  expect(changed["spec"]).not.toBe(digests["spec"]);
});

it("does not change with the order of keys", () => {
  expect(digestsOf({ inputs: { spec: { env: [{ value: "x" }], cpu: 1 }, name: "a" }, secretPaths: [] })).toEqual(
    digests,
  );
});

it("tells nothing of a secret", () => {
  const of = (token: string) =>
    digestsOf({ inputs: { spec: { env: [{ token }] } }, secretPaths: ["spec.env[0].token"] });
  expect(of("one")).toEqual(of("two"));
});
