import { existsSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { rowsOf, sandbox } from "../../test/harness.ts";
import { definitionFile, fieldIn } from "./definition.ts";

test("every object of the sandbox is written down in a file that exists", async () => {
  const environment = await sandbox();
  const rows = await rowsOf(environment);
  const byUrn = new Map(rows.map((row) => [row.urn, row]));
  const files = new Map(
    rows
      .filter(({ type, custom }) => custom && type.startsWith("kubernetes:"))
      .map((row) => [row.name, definitionFile(row, byUrn, environment.spec)]),
  );
  expect(files.get("ollama-service")).toBe("components/workloads/ollama.ts");
  expect(files.get("team-assistants-quota")).toBe("components/cluster/tenant-namespace.ts");
  expect(files.get("vault-secrets-operator-release")).toBe("components/cluster/operator.ts");
  const root = path.join(import.meta.dirname, "../..");
  expect([...files].filter(([, file]) => file === undefined || !existsSync(path.join(root, file)))).toEqual([]);
});

test.each([
  [
    'Deployment.apps "api" is invalid: spec.template.spec.containers[0].image: Required value',
    "spec.template.spec.containers[0].image",
  ],
  ['VaultStaticSecret "key" is invalid: [spec.path: Required value, spec.mount: Required value]', "spec.path"],
  ["failed to create typed patch object: .spec.pfad: field not declared in schema", "spec.pfad"],
  ['strict decoding error: unknown field "spec.pfad"', "spec.pfad"],
  ['pods "a" is forbidden: violates PodSecurity "restricted:latest": privileged', ""],
  ["namespaces is forbidden: User can not create it", ""],
])("%j names %j", (message, field) => {
  expect(fieldIn(message)).toBe(field);
});
