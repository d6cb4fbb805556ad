import path from "node:path";
import { expect, test } from "vitest";
import { rowsOf } from "../test/harness.ts";
import { loadEnvironment } from "./environment-file.ts";
import { environmentNames } from "./environment-names.ts";
import { foundationOf, layerOf, LAYERS } from "./layering.ts";

const environments = environmentNames(import.meta.dirname);

test.each(environments)(
  "everything of %s but the stack and its providers belongs to a layer",
  { timeout: 60_000 },
  async (name) => {
    const rows = await rowsOf(await loadEnvironment(path.join(import.meta.dirname, `Pulumi.${name}.yaml`)));
    const without = rows.filter(({ urn, type }) => layerOf(urn) === undefined && !type.startsWith("pulumi:"));
    expect(without.map(({ urn }) => urn)).toEqual([]);
  },
);

test("the layer of a resource is that of the component it stands in", () => {
  const urn = (types: string): string => `urn:pulumi:sandbox::splitfleet::${types}::name`;
  expect(layerOf(urn("splitfleet:network:NodeFirewall$hcloud:index/firewall:Firewall"))).toBe("networks");
  expect(layerOf(urn("splitfleet:cluster:Queues"))).toBe("cluster");
  expect(layerOf(urn("pulumi:providers:hcloud"))).toBeUndefined();
});

test("a layer stands on lower ones only, and on all that those stand on", () => {
  for (const [place, layer] of LAYERS.entries()) {
    const below = foundationOf(layer);
    expect(below.filter((lower) => LAYERS.indexOf(lower) >= place)).toEqual([]);
    expect(below).toEqual(expect.arrayContaining(below.flatMap(foundationOf)));
  }
});
