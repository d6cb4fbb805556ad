import { execFileSync } from "node:child_process";
import path from "node:path";
import { expect, test } from "vitest";
import { loadEnvironment } from "../../stacks/environment-file.ts";
import type { Ask } from "../resolve/ask.ts";
import { type Admission, admissionCommand, admissionFacts } from "./admission.ts";
import type { AdmitOptions } from "./control.ts";
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

async function admission(node: string, options: AdmitOptions, ask: Ask): Promise<Admission> {
  const facts = await admissionFacts(sandbox, node, options, USER, ask);
  if (facts === undefined) throw new Error(`${node} joins no cluster`);
  return admissionCommand(facts);
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
  const { command, input } = await admission("sandbox-operations-1", { server: "sandbox-operations-2" }, vault(asked));
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
      { file: "/etc/splitfleet/k3s-agent-token", secret: "sandbox/k3s/agent-token", field: "password" },
      { file: "/etc/splitfleet/k3s-token", secret: "sandbox/k3s/server-token", field: "token" },
    ],
  });
});

test("an agent gets its own token alone", async () => {
  const { input } = await admission("sandbox-inference-1", { server: "sandbox-operations-1" }, vault([]));
  expect(factsIn(input)).toMatchObject({
    join: null,
    tokens: [{ file: "/etc/splitfleet/k3s-token", secret: "sandbox/k3s/agent-token", field: "token" }],
  });
});

test("the founder joins nobody, and gets its own password alone, since there is no authority to pin yet", async () => {
  const { input } = await admission("sandbox-operations-1", { server: undefined, founds: true }, vault([]));
  expect(factsIn(input)).toMatchObject({
    join: null,
    tokens: [
      { file: "/etc/splitfleet/k3s-agent-token", secret: "sandbox/k3s/agent-token", field: "password" },
      { file: "/etc/splitfleet/k3s-token", secret: "sandbox/k3s/server-token", field: "password" },
    ],
  });
});

test("the script that runs on the node is Python", () => {
  const script = path.join(import.meta.dirname, "admit.py");
  expect(() => execFileSync("python3", ["-c", `import ast; ast.parse(open("${script}").read())`])).not.toThrow();
});

test("a server that would found a second cluster is not admitted", async () => {
  await expect(admission("sandbox-operations-1", { server: undefined }, vault([]))).rejects.toThrow(
    "sandbox-operations-1 would found a second cluster",
  );
});

test("nobody admits without a token for Vault, and nothing where there is none", async () => {
  const server = undefined;
  const refused = admissionFacts(sandbox, "sandbox-inference-1", { server }, {}, vault([]));
  await expect(refused).rejects.toThrow("VAULT_TOKEN");
  expect(await admissionFacts(starter, "starter-inference-1", { server }, {}, vault([]))).toBeUndefined();
});
