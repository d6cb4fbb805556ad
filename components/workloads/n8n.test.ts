import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { buildExample } from "./example.ts";
import { n8n } from "./n8n.ts";
import { workflowFiles } from "./n8n/workflows.ts";

test("the shipped workflows are imported and switched on at every start, errors and retention among them", () => {
  const { prepare, files } = buildExample(n8n);
  expect(Object.keys(prepare ?? {})).toEqual(["tables", "workflows"]);
  expect(prepare?.["workflows"]?.args?.[0]?.split("\n")).toEqual([
    "node /etc/n8n/import.mjs /tmp/credentials.json",
    "n8n import:credentials --input=/tmp/credentials.json",
    "rm /tmp/credentials.json",
    "n8n import:workflow --separate --input=/etc/n8n/workflows",
    "n8n publish:workflow --id=fleetAlertReceiver",
    "n8n publish:workflow --id=fleetApprovalQueue",
    "n8n publish:workflow --id=fleetErrorWorkflow",
    "n8n publish:workflow --id=fleetRetention",
  ]);
  expect(Object.keys(files ?? {}).filter((file) => file.startsWith("/etc/n8n/workflows/"))).toHaveLength(4);
});

test("every shipped workflow keeps its ids, names no unknown credential, and tells of its errors", () => {
  const shipped = workflowFiles(undefined).map(({ text }) => JSON.parse(text));
  const credentials = shipped.flatMap(({ nodes }) =>
    nodes.flatMap(({ credentials = {} }) => Object.values<{ id: string }>(credentials).map(({ id }) => id)),
  );
  expect([...new Set(credentials)].sort()).toEqual(["fleetDatabase", "fleetReviewer", "fleetWebhook"]);
  const nodes = shipped.flatMap(({ nodes: all }) => all.map(({ id }: { id: string }) => id));
  expect(new Set(nodes).size).toBe(nodes.length);
  expect(shipped.map(({ id, settings }) => [id, settings.errorWorkflow])).toEqual([
    ["fleetAlertReceiver", "fleetErrorWorkflow"],
    ["fleetApprovalQueue", "fleetErrorWorkflow"],
    ["fleetErrorWorkflow", undefined],
    ["fleetRetention", "fleetErrorWorkflow"],
  ]);
  expect(
    [...new Set(shipped.flatMap(({ nodes: all }) => all.map(({ type }: { type: string }) => type)))].sort(),
  ).toEqual([
    "n8n-nodes-base.errorTrigger",
    "n8n-nodes-base.postgres",
    "n8n-nodes-base.respondToWebhook",
    "n8n-nodes-base.scheduleTrigger",
    "n8n-nodes-base.splitOut",
    "n8n-nodes-base.wait",
    "n8n-nodes-base.webhook",
  ]);
});

test("a workflow of one's own that names a node which it does not have, or an id that is taken, is refused", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "splitfleet-n8n-"));
  const node = { id: "1", name: "Start", type: "n8n-nodes-base.manualTrigger" };
  const write = (content: object) => writeFile(path.join(folder, "own.json"), JSON.stringify(content));
  try {
    await write({
      id: "ownReport",
      name: "Report",
      nodes: [node],
      connections: { Start: { main: [[{ node: "End" }]] } },
    });
    expect(() => workflowFiles(folder)).toThrow("own.json: a connection names the node End, which it does not have");
    await write({ id: "fleetRetention", name: "Report", nodes: [node], connections: {} });
    expect(() => workflowFiles(folder)).toThrow("has the id fleetRetention, which another workflow has as well");
    await write({ id: "ownReport", name: "Report", nodes: [node], connections: {} });
    expect(workflowFiles(folder).map(({ id }) => id)).toContain("ownReport");
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("its encryption key never changes, and it logs in to a database of its own", () => {
  const { container, secrets } = buildExample(n8n);
  expect(secrets?.["encryption"]).toEqual({ class: "immutable", keys: ["key"] });
  expect(container.env).toMatchObject({
    EXECUTIONS_MODE: "regular",
    N8N_DIAGNOSTICS_ENABLED: "false",
    EXECUTIONS_DATA_MAX_AGE: "720",
    DB_POSTGRESDB_HOST: "postgres.team-example.svc.cluster.local",
    DB_POSTGRESDB_PASSWORD: { workload: "postgres", secret: "client-n8n", key: "password" },
  });
});

test("workers take runs from the queue, each with ports of its own; without a queue they are refused", () => {
  const { sidecars, container } = buildExample(n8n, { workers: 2 });
  expect(container.env?.["EXECUTIONS_MODE"]).toBe("queue");
  expect(
    Object.entries(sidecars ?? {}).map(([name, { args, env }]) => [name, args, env?.["QUEUE_HEALTH_CHECK_PORT"]]),
  ).toEqual([
    ["worker-1", ["worker"], "5700"],
    ["worker-2", ["worker"], "5701"],
  ]);
  expect(() => buildExample(n8n, { workers: 1 }, { needs: { queue: undefined } })).toThrow(
    "`workers` without a workload of kind valkey-queue",
  );
});
