import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
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
    vault: "https://sandbox-operations-1.sandbox.ts.net:8200",
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

/** Runs the script itself, which writes below a folder, against a Vault that knows one secret. */
async function admitWith(fields: Readonly<Record<string, string>>, folder: string): Promise<string> {
  const answers: Readonly<Record<string, object>> = {
    "/v1/sys/wrapping/unwrap": { data: { secret_id: "id" } },
    "/v1/auth/splitfleet/approle/login": { auth: { client_token: "hvs.node" } },
    "/v1/splitfleet/kv/data/sandbox/k3s/agent-token": { data: { data: fields } },
  };
  const server = http.createServer(({ url = "", headers }, response) => {
    const token = url.includes("unwrap") ? "hvs.wrapped" : url.includes("/data/") ? "hvs.node" : undefined;
    response
      .writeHead(headers["x-vault-token"] === token && url in answers ? 200 : 403)
      .end(JSON.stringify(answers[url] ?? {}));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  try {
    const at = server.address();
    if (at === null || typeof at === "string") throw new Error("no port");
    const told = await admissionFacts(sandbox, "sandbox-inference-1", { server: undefined }, USER, vault([]));
    if (told === undefined) throw new Error("it joins no cluster");
    const tokens = told.tokens.map((entry) => ({ ...entry, file: path.join(folder, path.basename(entry.file)) }));
    const { command, input } = admissionCommand({
      ...told,
      wrapped: "hvs.wrapped",
      vault: `http://127.0.0.1:${at.port}`,
      tokens,
    });
    const result = await execa("sh", ["-c", command], { input, reject: false });
    return result.stderr;
  } finally {
    server.close();
  }
}

test("the script fetches the token and writes it for root alone, and says what is missing in Vault", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "splitfleet-admit-"));
  try {
    expect(await admitWith({ password: "p" }, folder)).toBe(
      "sandbox/k3s/agent-token in Vault has no token yet: run `npm run up` until the cluster is founded",
    );
    expect(readdirSync(folder)).toEqual([]);
    expect(await admitWith({ password: "p", token: "K10ab::node:p" }, folder)).toBe("");
    const file = path.join(folder, "k3s-token");
    expect(readFileSync(file, "utf8")).toBe("K10ab::node:p");
    expect(statSync(file).mode & 0o777).toBe(0o600);
  } finally {
    rmSync(folder, { recursive: true });
  }
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
