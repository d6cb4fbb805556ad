import { expect, test } from "vitest";
import { isCustomResource } from "../../components/shapes/generate.ts";
import { shapedTypes, unknownProperties } from "../../components/shapes/shapes.ts";
import { packages } from "./packages.ts";
import { parsePattern } from "./protocol/paths.ts";

const kinds = [...packages.values()].flatMap((each) => Object.entries(each.kinds));

test("every resource type that a component creates has a kind", () => {
  const types = shapedTypes.filter((type) => !type.startsWith("pulumi:providers:") && !isCustomResource(type));
  const missing = types.filter((type) => {
    const packageOf = packages.get(type.split(":")[0] ?? "");
    return packageOf?.kinds[type] === undefined && packageOf?.otherKind === undefined;
  });
  expect(missing).toEqual([]);
});

test.each(kinds.filter(([type]) => shapedTypes.includes(type)))("%s names only arguments that it has", (type, kind) => {
  const places = [...kind.replaceOn, ...(kind.references ?? []).map(({ at }) => at)];
  const unknown = places.flatMap((place) => {
    const wrap = (value: unknown, key: string): unknown => (key === "*" ? [value] : { [key]: value });
    const inputs = parsePattern(place).reduceRight(wrap, "x");
    return unknownProperties(type, inputs).map(({ path }) => path);
  });
  expect(unknown).toEqual([]);
});

test("references lead to types that the twin knows", () => {
  const known = new Set(kinds.map(([type]) => type));
  const targets = kinds.flatMap(([, kind]) => (kind.references ?? []).map(({ to }) => to));
  expect(targets.filter((to) => !known.has(to))).toEqual([]);
});
