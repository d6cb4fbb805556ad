import { existsSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { buildKind } from "./example.ts";
import { registry } from "./registry.ts";

test.each(registry.map((kind) => [kind.kind, kind] as const))(
  "%s stands in a file of its name, and its example builds",
  (_, kind) => {
    expect(existsSync(path.join(import.meta.dirname, "../..", kind.file))).toBe(true);
    expect(path.basename(kind.file, ".ts")).toBe(kind.kind);
    expect(buildKind(kind).container.image).toMatch(/@sha256:[0-9a-f]{64}$/);
  },
);

test("every need is for a port that its kind has", () => {
  const dangling = registry.flatMap(({ kind, needs }) =>
    Object.entries(needs)
      .filter(([, need]) =>
        [need.kind]
          .flat()
          .some((wanted) => registry.find(({ kind }) => kind === wanted)?.ports[need.port] === undefined),
      )
      .map(([need]) => `${kind}.needs.${need}`),
  );
  expect(dangling).toEqual([]);
});
