import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { loadEnvironment } from "../../stacks/environment-file.ts";
import { NodeControlError } from "./control.ts";
import { issueKubeconfig, rehearsedKubeconfig, writeKubeconfig } from "./kubeconfig.ts";
import { withNodes } from "./testing.ts";

const STACKS = path.join(import.meta.dirname, "../../stacks");
const sandbox = withNodes(await loadEnvironment(path.join(STACKS, "Pulumi.sandbox.yaml")), "operations", [1, 2]);
const starter = await loadEnvironment(path.join(STACKS, "Pulumi.starter.yaml"));

const TOKEN = "eyJhbGciOi.eyJhdWQi.c2lnbmF0dXJl";
const AUTHORITY = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----";

test("the first server that answers issues it, under the context that the provider asks for", async () => {
  const asked: string[] = [];
  const text = await issueKubeconfig(sandbox, async (host) => {
    asked.push(host);
    if (asked.length === 1) throw new NodeControlError("no route");
    return `${TOKEN}\n${AUTHORITY}\n`;
  });
  expect(asked).toEqual(["sandbox-operations-1.sandbox.ts.net", "sandbox-operations-2.sandbox.ts.net"]);
  expect(parse(text)).toEqual({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: "splitfleet-sandbox",
        cluster: {
          server: "https://sandbox-operations-2.sandbox.ts.net:6443",
          "certificate-authority-data": Buffer.from(`${AUTHORITY}\n`).toString("base64"),
        },
      },
    ],
    users: [{ name: "splitfleet-sandbox", user: { token: TOKEN } }],
    contexts: [{ name: "splitfleet-sandbox", context: { cluster: "splitfleet-sandbox", user: "splitfleet-sandbox" } }],
    "current-context": "splitfleet-sandbox",
  });
});

test("an answer that is no token is not written, and not repeated", async () => {
  const failed = issueKubeconfig(sandbox, async () => "a secret of another form");
  await expect(failed).rejects.toThrow(/^sandbox-operations-1 answered in another form than expected: /);
  await expect(failed).rejects.not.toThrow("a secret");
});

test("an environment without a cluster has none", async () => {
  await expect(issueKubeconfig(starter, async () => "")).rejects.toThrow("starter has no cluster");
});

test("a rehearsal has one exactly while its control plane serves", () => {
  expect(() => rehearsedKubeconfig("/nowhere", "sandbox")).toThrow("sandbox has no control plane at work");
});

test("the file is its owner's alone, even where one that others could read stood there", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "splitfleet-kubeconfig-"));
  try {
    const file = path.join(folder, "deeper", "config.yaml");
    writeKubeconfig(file, "one");
    rmSync(file);
    writeFileSync(file, "old", { mode: 0o644 });
    writeKubeconfig(file, "two");
    expect(readFileSync(file, "utf8")).toBe("two");
    expect(statSync(file).mode & 0o777).toBe(0o600);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
