import { expect, test } from "vitest";
import { z } from "zod";
import { defineWorkload, type Container } from "../../components/workloads/contract.ts";
import { generateWorkloadReference } from "./workload-reference.ts";

const container: Container = { image: "", cpu: { request: 1 }, memoryMiB: { request: 1536 }, user: 1 };
const archive = defineWorkload({
  kind: "archive",
  summary: "Keeps records",
  memory: "Always the same.",
  runtimes: ["kubernetes"],
  ports: { sql: { port: 5432, audience: "cluster" } },
  spec: {},
  build: () => ({ replicas: 1, container }),
});
const backup = defineWorkload({
  kind: "backup",
  summary: "Copies a database away",
  memory: "Always the same.",
  runtimes: ["kubernetes"],
  ports: {},
  needs: { database: { kind: "archive", port: "sql", optional: true } },
  spec: { hour: z.int().min(0).max(23).meta({ description: "When it begins." }) },
  example: { hour: 2 },
  egress: () => [{ host: "s3.example.org", port: 443, purpose: "copies" }],
  build: ({ hour }) => ({
    form: "scheduled",
    schedule: `0 ${hour} * * *`,
    deadlineSeconds: 900,
    retries: 1,
    container,
  }),
});

test("a kind's section says what it has, and nothing of what it has not", () => {
  const [page] = generateWorkloadReference(
    [archive, backup].map((kind) => ({ ...kind, file: `extensions/workloads/${kind.kind}.ts` })),
    [],
  );
  expect(page?.text.slice(page.text.indexOf("## backup"))).toBe(`## backup

Copies a database away. Runs at \`0 2 * * *\` (UTC), for 900 seconds at most.

Runtimes: kubernetes. Defined in \`extensions/workloads/backup.ts\`.

Memory: Always the same. As below: 1,536 MiB.

\`\`\`yaml
backup:
  kind: backup
  team: a-team
  pool: a-pool
  dataClass: internal
  hour: 2
\`\`\`

| field | value | default | description |
| --- | --- | --- | --- |
| \`<name>.hour\` | a whole number from 0 to 23 | required | When it begins. |

| need | kind | port | can do without |
| --- | --- | --- | --- |
| database | archive | sql | yes |

| reaches outside the fleet | port | for |
| --- | --- | --- |
| s3.example.org | 443 | copies |
`);
});

test("a file that can not be used stops the page instead of missing in it", () => {
  const problem = {
    file: "extensions/workloads/owl.ts",
    got: "no definition",
    expected: "one exported definition",
    fix: "export one",
  };
  expect(() => generateWorkloadReference([], [problem])).toThrow(
    "extensions/workloads/owl.ts: no definition; export one",
  );
});
