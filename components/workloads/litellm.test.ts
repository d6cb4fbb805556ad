import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import type { Container, Member, ServedModel } from "./contract.ts";
import { buildExample, exampleConsumer } from "./example.ts";
import { litellm } from "./litellm.ts";

const model = (name: string, more: Partial<ServedModel>): ServedModel => ({
  name,
  engine: "api",
  provider: "openai",
  reference: name,
  tier: "large",
  dataClass: "internal",
  contextTokens: 4096,
  weightsGiB: 0,
  contextKiBPerToken: 0,
  fallbacks: [],
  server: undefined,
  ...more,
});
const member = (name: string, dataClass: string): Member => ({
  name,
  kind: "app",
  team: "example",
  pool: "example",
  runtime: "kubernetes",
  dataClass,
  handles: {},
  metrics: undefined,
  alerts: [],
  panels: [],
  indicators: [],
  egress: [],
  published: [],
});
const build = (models: readonly ServedModel[], callers: Readonly<Record<string, string>> = {}) =>
  buildExample(
    litellm,
    {},
    {
      models: Object.fromEntries(models.map((one) => [one.name, one])),
      consumers: Object.keys(callers).map((workload) => exampleConsumer(litellm, workload, "api")),
      fleet: Object.entries(callers).map(([name, dataClass]) => member(name, dataClass)),
    },
  );

test("a replica has a process for each core that it may use, and no more", () => {
  const { container } = buildExample(litellm, { workers: 3 });
  expect(container.cpu).toEqual({ request: 1.5, limit: 3 });
  expect(container.args?.join(" ")).toContain("--num_workers 3 --run_gunicorn");
});

describe("data classes", () => {
  test("a model does not fall back to one that may see less", () => {
    const models = [model("own", { dataClass: "personal", fallbacks: ["bought"] }), model("bought", {})];
    expect(() => build(models)).toThrow(
      "models.own may be sent personal data and falls back to bought, which may be sent internal data at most; " +
        "remove it from the fallbacks, or lower the class of own",
    );
  });

  test("a fallback that nobody serves is refused", () => {
    expect(() => build([model("small", { fallbacks: ["large"] })])).toThrow(
      "models.small.fallbacks names large, which nobody serves",
    );
  });

  test("a workload whose data no model may see is refused", () => {
    expect(() => build([model("bought", {})], { clinic: "personal" })).toThrow(
      "workload clinic has personal data, and no model of the catalogue may be sent it; " +
        "add a model with `dataClass: personal`",
    );
  });

  test("each workload has a key of its own, for the models that may see its data", () => {
    const { container, files, secrets } = build([model("bought", {}), model("own", { dataClass: "personal" })], {
      clinic: "personal",
      "web-app": "internal",
    });
    expect(JSON.parse(files?.["/etc/litellm/callers.json"] ?? "")).toMatchObject([
      { workload: "clinic", variable: "CLIENT_CLINIC", models: ["own"] },
      { workload: "web-app", variable: "CLIENT_WEB_APP", models: ["bought", "own"] },
    ]);
    expect(container.env?.["CLIENT_WEB_APP"]).toEqual({ secret: "client-web-app", key: "key" });
    expect(secrets?.["client-web-app"]).toEqual({ class: "generated", keys: ["key"] });
  });
});

describe("models outside the fleet", () => {
  const models = [
    model("frontier", { reference: "gpt-x" }),
    model("open", { provider: "together", reference: "meta/llama" }),
    model("rented", { engine: "endpoint", reference: "llama", endpoint: "https://h100.example.org:8443/" }),
  ];

  test("are asked with a key that their seller provides", () => {
    const { files, secrets } = build(models);
    const { model_list } = parse(files?.["/etc/litellm/config.yaml"] ?? "");
    expect(model_list.map((entry: { litellm_params: object }) => entry.litellm_params)).toEqual([
      { model: "openai/gpt-x", api_key: "os.environ/KEY_PROVIDER_OPENAI" },
      { model: "together_ai/meta/llama", api_key: "os.environ/KEY_PROVIDER_TOGETHER" },
      {
        model: "hosted_vllm/llama",
        api_base: "https://h100.example.org:8443/v1",
        api_key: "os.environ/KEY_ENDPOINT_RENTED",
      },
    ]);
    expect(secrets?.["provider-openai"]).toEqual({ class: "provided", keys: ["key"] });
  });

  test("are let through the egress proxy", () => {
    expect(litellm.egress({}, Object.fromEntries(models.map((one) => [one.name, one])))).toEqual([
      { host: "api.openai.com", port: 443, purpose: "models of openai" },
      { host: "api.together.xyz", port: 443, purpose: "models of together" },
      { host: "h100.example.org", port: 8443, purpose: "the model rented on a rented server" },
    ]);
  });

  test("of a provider that the proxy can not call are refused", () => {
    expect(() => build([model("other", { provider: "azure" })])).toThrow(
      "models.other.provider is azure; expected one of anthropic, deepinfra, deepseek, groq, mistral, nebius, openai, " +
        "together, or a model of the engine endpoint",
    );
  });
});

describe("budgets", () => {
  const budgeted = (spec: { teamBudgets?: boolean; workloadEuros?: Record<string, number> }, monthlyEuros?: number) => {
    const { files = {}, sidecars = {} } = buildExample(litellm, spec, {
      models: { bought: model("bought", {}) },
      consumers: [exampleConsumer(litellm, "chat", "api"), exampleConsumer(litellm, "search", "api")],
      fleet: [member("chat", "internal"), member("search", "internal")],
      teams: { example: { monthlyEuros: 50 } },
      monthlyEuros,
    });
    const config: { litellm_settings: { max_budget?: number; budget_duration?: string } } = parse(
      files["/etc/litellm/config.yaml"] ?? "",
    );
    const { max_budget: euros, budget_duration: period } = config.litellm_settings;
    return { global: [euros, period], keeper: sidecars["budgets"] };
  };

  test("are the environment's for all together, the team's for each team, and a workload's own", async () => {
    const { global, keeper } = budgeted({ teamBudgets: true, workloadEuros: { search: 20 } }, 500);
    expect(global).toEqual([500, "30d"]);
    const [team, chat, search] = [
      { team_id: "example", team_alias: "example", models: ["bought"], max_budget: 50, budget_duration: "30d" },
      { user_id: "chat", user_role: "internal_user", auto_create_key: false, max_budget: null, budget_duration: "30d" },
      { user_id: "search", user_role: "internal_user", auto_create_key: false, max_budget: 20, budget_duration: "30d" },
    ];
    expect(await registered(keeper, 4)).toEqual([
      ["/team/new", team],
      ["/user/new", chat],
      ["/user/update", chat],
      ["/user/new", search],
    ]);
  });

  test("are none without a limit, or without the database that counts", () => {
    expect(budgeted({ teamBudgets: true }).global).toEqual([undefined, undefined]);
    expect(budgeted({}, 500)).toEqual({ global: [undefined, undefined], keeper: undefined });
  });

  test.each([
    [{ workloadEuros: { chat: 20 } }, "`workloadEuros` without `teamBudgets: true`, so that nobody would count"],
    [{ teamBudgets: true, workloadEuros: { chats: 20 } }, "`workloadEuros.chats`: no workload of that name calls"],
    [
      { teamBudgets: true, workloadEuros: { chat: 30, search: 21 } },
      "allows the workloads of team example 51 €, and teams.example has 50 € a month",
    ],
  ])("are refused where they hold nobody: %j", (spec, says) => {
    expect(() => budgeted(spec)).toThrow(says);
  });
});

/** What the keeper sends to a proxy that has the user `chat` already, until it has sent so many requests. */
async function registered(keeper: Container | undefined, requests: number): Promise<readonly (readonly unknown[])[]> {
  const seen: (readonly unknown[])[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      seen.push([request.url, JSON.parse(body)]);
      response.statusCode = request.url === "/user/new" && body.includes('"chat"') ? 409 : 200;
      response.end("{}");
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = z.object({ port: z.number() }).parse(server.address());
  const [command = "", ...args] = keeper?.command ?? [];
  const { BUDGETS } = z.object({ BUDGETS: z.string() }).parse(keeper?.env);
  const child = spawn(command, args, {
    env: { ...process.env, BUDGETS, PROXY: `http://127.0.0.1:${address.port}`, LITELLM_MASTER_KEY: "master" },
  });
  try {
    await expect.poll(() => seen.length, { timeout: 10_000 }).toBe(requests);
    return seen;
  } finally {
    child.kill();
    server.close();
  }
}
