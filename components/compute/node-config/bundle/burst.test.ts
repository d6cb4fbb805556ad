import { spawn } from "node:child_process";
import { createHmac, createHash } from "node:crypto";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import * as nodes from "../testdata/nodes.ts";
import { nodeBundle } from "./bundle.ts";
import { startMetadata, type RecordedMetadata } from "./testdata/metadata.ts";

/** Python starts anew for each run, on a machine that may have other work. */
vi.setConfig({ testTimeout: 60_000 });

const PROGRAMS = "/usr/local/lib/splitfleet";
const SECRET_KEY = "wJalrXUtnFEMI/K7MDENG";
const CREDENTIALS = { AccessKeyId: "ASIAEXAMPLE", SecretAccessKey: SECRET_KEY, Token: "session/token==" };
const PROFILE = {
  "iam/security-credentials/": "factory-burst-node",
  "iam/security-credentials/factory-burst-node": JSON.stringify(CREDENTIALS),
  "placement/region": "eu-north-1",
};

let root: string;
let metadata: RecordedMetadata;
let servers: http.Server[];

beforeEach(async () => {
  root = mkdtempSync(path.join(tmpdir(), "splitfleet-burst-"));
  servers = [];
  metadata = await startMetadata(PROFILE);
  for (const [name, content] of Object.entries(nodeBundle(nodes.burst).installed)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), content);
  }
});

afterEach(async () => {
  await metadata.close();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  }
  rmSync(root, { recursive: true, force: true });
});

async function serve(answer: http.RequestListener): Promise<string> {
  const server = http.createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  servers.push(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function bodyOf(request: http.IncomingMessage): Promise<unknown> {
  const text = (await request.toArray()).join("");
  return text === "" ? undefined : JSON.parse(text);
}

const python = (program: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}) =>
  spawn("python3", [path.join(root, PROGRAMS, program), ...args], {
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1", ...environment },
    stdio: ["ignore", "ignore", "pipe"],
  });

describe("the join", () => {
  const login = z.object({
    role: z.string(),
    iam_http_request_method: z.literal("POST"),
    iam_request_url: z.string(),
    iam_request_body: z.string(),
    iam_request_headers: z.string(),
  });
  const signedHeaders = z.record(z.string(), z.tuple([z.string()]));
  const decoded = (text: string): string => Buffer.from(text, "base64").toString("utf8");

  let asked: { readonly path: string; readonly token: string | undefined; readonly body: unknown }[];
  let fields: Record<string, string>;
  let driver: string;

  beforeEach(async () => {
    asked = [];
    fields = { password: "0123", token: "K10aa::node:0123" };
    driver = "595.91.07";
    const vault = await serve((request, response) => {
      void bodyOf(request).then((body) => {
        const token = request.headers["x-vault-token"]?.toString();
        asked.push({ path: request.url ?? "", token, body });
        const answers: Record<string, unknown> = {
          "/v1/auth/splitfleet/aws/login": { auth: { client_token: "hvs.node" } },
          "/v1/splitfleet/kv/data/sandbox/k3s/agent-token": { data: { data: fields } },
        };
        const isAllowed = request.url === "/v1/auth/splitfleet/aws/login" || token === "hvs.node";
        response.writeHead(isAllowed ? 200 : 403).end(JSON.stringify(answers[request.url ?? ""] ?? {}));
      });
    });
    const file = path.join(root, "etc/splitfleet/join.json");
    const facts: unknown = JSON.parse(readFileSync(file, "utf8"));
    writeFileSync(file, JSON.stringify({ ...(facts as object), vault }));
  });

  async function join(): Promise<{ readonly code: unknown; readonly stderr: string }> {
    const bin = path.join(root, "bin");
    mkdirSync(bin, { recursive: true });
    const smi = driver === "" ? "exit 9" : `for _ in 1 2 3 4 5 6 7 8; do echo ${driver}; done`;
    for (const [name, script] of Object.entries({ "nvidia-smi": smi, "nvidia-container-runtime": "echo 1.19.0" })) {
      writeFileSync(path.join(bin, name), `#!/bin/sh\n${script}\n`);
      chmodSync(path.join(bin, name), 0o755);
    }
    const child = python("join.py", ["--root", root, "--metadata", metadata.url], {
      PATH: `${bin}:${process.env["PATH"] ?? ""}`,
    });
    const [stderr, [code]] = await Promise.all([child.stderr.toArray(), once(child, "exit")]);
    return { code, stderr: stderr.join("").trim() };
  }

  const token = (): string => path.join(root, "etc/splitfleet/k3s-token");

  test("fetches the agents' token with the identity of the instance profile, and keeps it from everybody else", async () => {
    expect(await join()).toEqual({ code: 0, stderr: "" });
    expect(readFileSync(token(), "utf8")).toBe("K10aa::node:0123");
    expect(statSync(token()).mode & 0o777).toBe(0o600);
    expect(asked.map(({ path: place, token: shown }) => [place, shown])).toEqual([
      ["/v1/auth/splitfleet/aws/login", undefined],
      ["/v1/splitfleet/kv/data/sandbox/k3s/agent-token", "hvs.node"],
    ]);
  });

  test("asks AWS's own question, signed for this Vault and region, and sends no key", async () => {
    await join();
    const body = login.parse(asked[0]?.body);
    const headers = signedHeaders.parse(JSON.parse(decoded(body.iam_request_headers)));
    const moment = headers["X-Amz-Date"]?.[0] ?? "";
    expect([body.role, decoded(body.iam_request_url), decoded(body.iam_request_body)]).toEqual([
      "sandbox-burst",
      "https://sts.eu-north-1.amazonaws.com/",
      "Action=GetCallerIdentity&Version=2011-06-15",
    ]);
    expect(headers["X-Vault-AWS-IAM-Server-ID"]).toEqual(["vault.example.ts.net"]);
    expect(headers["Authorization"]).toEqual([authorization(moment)]);
    expect(JSON.stringify(asked)).not.toContain(SECRET_KEY);
  });

  /** Signature Version 4, computed once more (AWS, "Create a signed AWS API request"). */
  function authorization(moment: string): string {
    const names = "content-type;host;x-amz-date;x-amz-security-token;x-vault-aws-iam-server-id";
    const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
    const request = [
      "POST",
      "/",
      "",
      "content-type:application/x-www-form-urlencoded; charset=utf-8",
      "host:sts.eu-north-1.amazonaws.com",
      `x-amz-date:${moment}`,
      "x-amz-security-token:session/token==",
      "x-vault-aws-iam-server-id:vault.example.ts.net",
      "",
      names,
      sha256("Action=GetCallerIdentity&Version=2011-06-15"),
    ].join("\n");
    const scope = `${moment.slice(0, 8)}/eu-north-1/sts/aws4_request`;
    const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();
    const key = scope.split("/").reduce<string | Buffer>(hmac, `AWS4${SECRET_KEY}`);
    const signature = hmac(key, `AWS4-HMAC-SHA256\n${moment}\n${scope}\n${sha256(request)}`).toString("hex");
    return `AWS4-HMAC-SHA256 Credential=ASIAEXAMPLE/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  }

  test("does nothing on a node that has its token", async () => {
    writeFileSync(token(), "old");
    expect(await join()).toEqual({ code: 0, stderr: "" });
    expect(asked).toEqual([]);
  });

  test.each([
    ["", "nvidia-smi does not answer (CalledProcessError): the image has no NVIDIA driver for this GPU"],
    [
      "515.105.01",
      "NVIDIA's driver is 515.105.01; 525.60.13 or newer expected: run `npm run resolve` for a newer image",
    ],
  ])("is refused by the node itself with driver %j, before Vault is asked", async (found, message) => {
    driver = found;
    expect(await join()).toEqual({ code: 1, stderr: `the node does not join: ${message}` });
    expect(asked).toEqual([]);
  });

  test("waits for the cluster to be founded, and for the instance's profile", async () => {
    fields = { password: "0123" };
    expect((await join()).stderr).toBe(
      "the node does not join: the agents' token pins no authority yet: the cluster is not founded",
    );
    metadata.answers = {};
    expect((await join()).stderr).toBe("the node does not join: the instance has no profile");
    expect(existsSync(token())).toBe(false);
  });
});

describe("the watcher", () => {
  interface Call {
    readonly call: string;
    readonly body: unknown;
  }
  const NOTICE = JSON.stringify({ action: "terminate", time: "2026-11-21T12:02:00Z" });
  let calls: Call[];
  let pods: object[];
  let refusals: number[];
  let watcher: ReturnType<typeof python>;
  let said: string[];

  const pod = (name: string, more: object = {}): object => ({
    metadata: { namespace: "team-research", name, ...more },
    status: { phase: "Running" },
  });
  const owned = (kind: string): object => ({ ownerReferences: [{ kind }] });

  beforeEach(async () => {
    calls = [];
    said = [];
    refusals = [];
    pods = [pod("train-0"), pod("exporter", owned("DaemonSet")), pod("mirror", owned("Node"))];
    const api = await serve((request, response) => {
      void bodyOf(request).then((body) => {
        calls.push({ call: `${request.method ?? ""} ${request.url ?? ""}`, body });
        const status = refusals.shift() ?? 200;
        const isList = request.method === "GET";
        if (request.url?.endsWith("/eviction") === true && status === 200) pods = pods.slice(1);
        response.writeHead(status).end(JSON.stringify(isList ? { items: pods } : {}));
      });
    });
    watcher = python("interruption.py", ["--metadata", metadata.url, "--api", api, "--node", "ip-10-20-0-1"]);
    watcher.stderr.on("data", (data: Buffer) => said.push(...data.toString("utf8").trim().split("\n")));
  });
  afterEach(async () => {
    watcher.kill();
    if (watcher.exitCode === null && watcher.signalCode === null) await once(watcher, "exit");
  });

  const CORDON = "PATCH /api/v1/nodes/ip-10-20-0-1";
  const LIST = "GET /api/v1/pods?fieldSelector=spec.nodeName%3Dip-10-20-0-1";
  const EVICT = "POST /api/v1/namespaces/team-research/pods/train-0/eviction";
  const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 30_000, interval: 50 });
  const looks = (count: number): Promise<void> =>
    until(() => expect(metadata.asked.filter((place) => place.endsWith("rebalance")).length).toBeGreaterThan(count));

  test("looks every few seconds and leaves the cluster alone while there is nothing", async () => {
    await looks(0);
    expect(metadata.asked).toEqual([
      "PUT /latest/api/token",
      "GET /latest/meta-data/spot/instance-action",
      "GET /latest/meta-data/autoscaling/target-lifecycle-state",
      "GET /latest/meta-data/events/recommendations/rebalance",
    ]);
    expect(calls).toEqual([]);
  });

  test("a spot notice: no more pods, the reason on the node, every pod but those of daemons and files asked to leave", async () => {
    metadata.answers = { "spot/instance-action": NOTICE };
    await until(() => expect(calls.at(-1)?.call).toBe(LIST));
    await until(() => expect(said).toContain("0 pods have to leave"));
    expect(calls.slice(0, 4)).toEqual([
      {
        call: CORDON,
        body: {
          metadata: { annotations: { "splitfleet/interruption": "terminate at 2026-11-21T12:02:00Z" } },
          spec: { unschedulable: true },
        },
      },
      { call: LIST, body: undefined },
      {
        call: EVICT,
        body: {
          apiVersion: "policy/v1",
          kind: "Eviction",
          metadata: { name: "train-0", namespace: "team-research" },
        },
      },
      { call: LIST, body: undefined },
    ]);
    expect(calls.filter(({ call }) => call === CORDON)).toHaveLength(1);
  });

  test("a rebalance recommendation: no more pods, and those that are there go on until the notice", async () => {
    metadata.answers = {
      "events/recommendations/rebalance": JSON.stringify({ noticeTime: "2026-11-21T11:50:00Z" }),
    };
    await until(() => expect(calls).toHaveLength(1));
    expect(calls[0]).toMatchObject({
      call: CORDON,
      body: {
        metadata: { annotations: { "splitfleet/interruption": "rebalance recommended at 2026-11-21T11:50:00Z" } },
      },
    });
    metadata.answers = { ...metadata.answers, "spot/instance-action": NOTICE };
    await until(() => expect(calls.map(({ call }) => call)).toContain(EVICT));
  });

  test("a group that ends the instance by itself: the same as a notice", async () => {
    metadata.answers = { "autoscaling/target-lifecycle-state": "InService" };
    await looks(0);
    expect(calls).toEqual([]);
    metadata.answers = { "autoscaling/target-lifecycle-state": "Terminated" };
    await until(() => expect(calls.map(({ call }) => call)).toContain(EVICT));
    expect(said).toContain("the group ends the instance: the node takes no more pods");
  });

  test("a disruption budget is asked again, and so is an API server that fails", async () => {
    refusals = [500, 200, 200, 429];
    metadata.answers = { "spot/instance-action": NOTICE };
    await until(() => expect(said).toContain("0 pods have to leave"));
    expect(calls.map(({ call }) => call).slice(0, 6)).toEqual([CORDON, CORDON, LIST, EVICT, LIST, EVICT]);
    expect(said[0]).toBe("can not look or act: HTTP Error 500: Internal Server Error");
  });

  test("a token that the metadata no longer takes is replaced, and a service that fails is asked again", async () => {
    await looks(0);
    metadata.forgetTokens();
    metadata.answers = { "spot/instance-action": NOTICE };
    await until(() => expect(calls.map(({ call }) => call)).toContain(EVICT));
    expect(metadata.asked.filter((place) => place === "PUT /latest/api/token")).toHaveLength(2);
  });
});

test("both are units of the node, and neither holds a secret", () => {
  const { installed, files } = nodeBundle(nodes.burst);
  expect(
    files
      .find((file) => file.path === "units.txt")
      ?.content.split("\n")
      .slice(-3),
  ).toEqual([
    "splitfleet-join.service enable restart /etc/systemd/system/splitfleet-join.service",
    "splitfleet-interruption.service enable restart /etc/systemd/system/splitfleet-interruption.service",
    "",
  ]);
  expect(JSON.parse(installed["/etc/splitfleet/join.json"] ?? "")).toEqual({
    vault: "https://vault.example.ts.net:8200",
    server: "vault.example.ts.net",
    mount: "splitfleet/aws",
    role: "sandbox-burst",
    secret: "splitfleet/kv/data/sandbox/k3s/agent-token",
    gpus: 8,
    leastDriver: "525.60.13",
  });
});
