import { expect, test } from "vitest";
import { parse } from "yaml";
import type { WorkloadFacts } from "./facts.ts";
import { planWorkloads } from "./plan.ts";
import { registry } from "./registry.ts";

const images = {
  "egress-proxy": "docker.io/ubuntu/squid@sha256:cc",
  haproxy: "docker.io/library/haproxy@sha256:dd",
  ollama: "docker.io/ollama/ollama@sha256:aa",
  litellm: "ghcr.io/berriai/litellm@sha256:bb",
};
const entry = { team: "assistants", pool: "inference", dataClass: "personal" };
const model = { engine: "ollama", dataClass: "personal" };
const facts = {
  environment: { name: "sandbox", purpose: "development" },
  mesh: { tailnet: "example.ts.net" },
  pools: {},
  budget: {},
  workloads: {
    proxy: { kind: "litellm", ...entry },
    cpu: { kind: "ollama", ...entry, models: ["small", "tiny"], parallel: 2 },
    egress: { kind: "egress-proxy", ...entry },
  },
  models: {
    small: {
      ...model,
      reference: "llama3.2:3b",
      weightsGiB: 2,
      contextTokens: 4096,
      contextKiBPerToken: 112,
      tier: "small",
    },
    tiny: {
      ...model,
      reference: "smollm2:360m",
      weightsGiB: 0.5,
      contextTokens: 2048,
      contextKiBPerToken: 40,
      tier: "small",
    },
    idle: { ...model, reference: "nobody", weightsGiB: 1, contextTokens: 2048, contextKiBPerToken: 40, tier: "small" },
  },
} satisfies WorkloadFacts;

const planned = (name: string) => {
  const found = planWorkloads(facts, images).find((workload) => workload.name === name);
  if (found === undefined) throw new Error(`no workload ${name}`);
  return found;
};

test("a workload is reached by its service's name in its team's namespace", () => {
  expect(planned("cpu").handles).toEqual({
    api: {
      workload: "cpu",
      team: "assistants",
      namespace: "team-assistants",
      port: 11434,
      protocol: "TCP",
      host: "cpu.team-assistants.svc.cluster.local",
      url: "http://cpu.team-assistants.svc.cluster.local:11434",
    },
  });
});

test("Ollama asks for the weights, each request's context and its own overhead", () => {
  const contexts = (4096 * 112 * 2) / 1024 + (2048 * 40 * 2) / 1024;
  expect(planned("cpu").workload.container.memoryMiB).toEqual({ request: 512 + 2.5 * 1024 + contexts });
});

test("Ollama pulls its models in a job, not in a hook of the pod", () => {
  expect(planned("cpu").workload.jobs?.["preload"]).toMatchObject({
    image: images.ollama,
    args: [expect.stringMatching(/^ollama pull llama3.2:3b\n[^]*\nollama pull smollm2:360m\n/)],
    env: { OLLAMA_HOST: "http://cpu:11434" },
  });
});

test("the proxy routes to the models that are served and needs nothing else", () => {
  const { workload } = planned("proxy");
  expect(workload.needs?.map((need) => need.workload)).toEqual(["cpu", "cpu"]);
  expect(parse(workload.files?.["/etc/litellm/config.yaml"] ?? "")).toMatchObject({
    model_list: [
      {
        model_name: "small",
        litellm_params: {
          model: "ollama_chat/llama3.2:3b",
          api_base: "http://cpu.team-assistants.svc.cluster.local:11434",
        },
        model_info: { id: "small", fleet_tier: "small", max_input_tokens: 4096 },
      },
      {
        model_name: "tiny",
        litellm_params: {
          model: "ollama_chat/smollm2:360m",
          api_base: "http://cpu.team-assistants.svc.cluster.local:11434",
        },
        model_info: { id: "tiny", fleet_tier: "small", max_input_tokens: 2048 },
      },
    ],
    general_settings: { master_key: "os.environ/LITELLM_MASTER_KEY" },
  });
});

test("a workload whose image is not in the lock names the image and the fix", () => {
  const others = Object.fromEntries(Object.entries(images).filter(([name]) => name !== "litellm"));
  expect(() => planWorkloads(facts, others)).toThrow(
    "workloads.proxy: got no image litellm in the lock, expected a reference with its digest; run `npm run resolve`",
  );
});

test("an unknown kind names the ones there are", () => {
  expect(() => planWorkloads({ ...facts, workloads: { web: { kind: "website", ...entry } } }, images)).toThrow(
    `workloads.web.kind: got "website", expected one of ${registry.map(({ kind }) => kind).join(", ")}; ` +
      "correct it, or define it in extensions/workloads/",
  );
});
