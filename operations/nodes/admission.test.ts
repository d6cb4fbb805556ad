import { execFileSync } from "node:child_process";
import path from "node:path";
import { expect, test } from "vitest";
import { loadEnvironment } from "../../stacks/environment-file.ts";
import type { Ask } from "../resolve/ask.ts";
import { admission } from "./admission.ts";
import { withNodes } from "./testing.ts";

const STACKS = path.join(import.meta.dirname, "../../stacks");
const sandbox = withNodes(await loadEnvironment(path.join(STACKS, "Pulumi.sandbox.yaml")), "operations", [1, 2]);
const starter = await loadEnvironment(path.join(STACKS, "Pulumi.starter.yaml"));

const USER = { VAULT_TOKEN: "hvs.operator" };
const WRAPPED = "hvs.wrapped'\"\\n";

/** Vault, as far as it is asked. */
function vault(asked: string[]): Ask {
  return async ({ url, method = "GET", headers }) => {
    asked.push(`${method} ${url.pathname} ${headers?.["X-Vault-Wrap-TTL"] ?? "-"}`);
    const answer = url.pathname.endsWith("secret-id")
      ? { wrap_info: { token: WRAPPED } }
      : { data: { role_id: "role" } };
    return Response.json(answer);
  };
}

/** What the script on the node reads, by Python itself. */
const factsIn = (input: string): unknown =>
  JSON.parse(
    execFileSync("python3", ["-"], {
      input: `${input.split("\n").slice(0, 2).join("\n")}\nprint(json.dumps(facts))\n`,
      encoding: "utf8",
    }),
  );

test("a server gets a wrapped secret id for a minute, and joins another server, never a cluster of its own", async () => {
  const asked: string[] = [];
  const { command, input } = await admission(
    sandbox,
    "sandbox-operations-1",
    "sandbox-operations-2",
    USER,
    vault(asked),
  );
  expect(asked).toEqual([
    "POST /v1/auth/splitfleet/approle/role/sandbox-k3s-server/secret-id 60",
    "GET /v1/auth/splitfleet/approle/role/sandbox-k3s-server/role-id -",
  ]);
  expect(command).toBe("python3 -");
  expect(input).not.toContain("hvs.operator");
  expect(factsIn(input)).toEqual({
    vault: "https://vault.sandbox.ts.net:8200",
    approle: "splitfleet/approle",
    kv: "splitfleet/kv",
    role_id: "role",
    wrapped: WRAPPED,
    join: "https://10.10.1.12:6443",
    tokens: [
      ["/etc/splitfleet/k3s-agent-token", "sandbox/k3s/agent-token"],
      ["/etc/splitfleet/k3s-token", "sandbox/k3s/server-token"],
    ],
  });
});

test("an agent gets its own token alone", async () => {
  const { input } = await admission(sandbox, "sandbox-inference-1", "sandbox-operations-1", USER, vault([]));
  expect(factsIn(input)).toMatchObject({
    join: null,
    tokens: [["/etc/splitfleet/k3s-token", "sandbox/k3s/agent-token"]],
  });
});

test("the script that runs on the node is Python", () => {
  const script = path.join(import.meta.dirname, "admit.py");
  expect(() => execFileSync("python3", ["-c", `import ast; ast.parse(open("${script}").read())`])).not.toThrow();
});

test("a server that would found a second cluster is not admitted", async () => {
  await expect(admission(sandbox, "sandbox-operations-1", undefined, USER, vault([]))).rejects.toThrow(
    "sandbox-operations-1 would found a second cluster",
  );
});

test("nobody admits without a token for Vault, and nothing where there is none", async () => {
  await expect(admission(sandbox, "sandbox-inference-1", undefined, {}, vault([]))).rejects.toThrow("VAULT_TOKEN");
  expect(await admission(starter, "starter-inference-1", undefined, {}, vault([]))).toEqual({
    command: "true",
    input: "",
  });
});
