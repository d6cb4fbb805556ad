import { expect, test } from "vitest";
import { modelEndpoints, modelFallbacks, modelProcessors } from "./models.ts";
import type { Facts } from "./check.ts";

const common = { contextTokens: 4096, tier: "small", fallbacks: [] as string[] } as const;
const small = {
  ...common,
  engine: "ollama",
  reference: "llama3.2:3b",
  weightsGiB: 2,
  contextKiBPerToken: 112,
  dataClass: "personal",
} as const;
const bought = { ...common, engine: "api", provider: "openai", reference: "gpt", dataClass: "internal" } as const;
const rented = { ...common, engine: "endpoint", pool: "rented", reference: "big", dataClass: "internal" } as const;
const pools = {
  rented: {
    kind: "external",
    site: "runpod",
    team: "platform",
    dataClass: "internal",
    provider: "runpod",
    offer: "h100-sxm-secure",
    gpus: 1,
    endpoint: "https://gpu.example.org",
  },
} as const;
type Processor = Facts["privacy"]["processors"][string];
const agreement: Processor = {
  agreement: "contracts/1",
  until: "2027-06-30",
  countries: ["DE"],
  dataClass: "internal",
};
const privacy = (processors: Facts["privacy"]["processors"]) => ({ residency: ["DE"], processors });
const said = (complaints: Iterable<{ path: readonly (string | number)[]; got: string; expected: string }>) =>
  [...complaints].map(({ path, got, expected }) => [path.join("."), got, expected]);

test("a model falls back to others that may see its prompts", () => {
  const models = (fallbacks: string[], dataClass: "personal" | "internal") => ({
    models: { bought, small: { ...small, dataClass, fallbacks } },
  });
  expect(said(modelFallbacks(models(["bought"], "internal")))).toEqual([]);
  expect(said(modelFallbacks(models(["bought"], "personal")))).toEqual([
    [
      "models.small.fallbacks.0",
      "bought, to which internal prompts may be sent at most, for personal prompts",
      "a model for personal prompts",
    ],
  ]);
  expect(said(modelFallbacks(models(["small", "bougth"], "internal")))).toEqual([
    ["models.small.fallbacks.0", '"small"', "the name of a model: bought"],
    ["models.small.fallbacks.1", '"bougth"', "the name of a model: bought"],
  ]);
});

test("a rented server is an external pool's, which may see the prompts", () => {
  expect(said(modelEndpoints({ models: { rented }, pools }))).toEqual([]);
  expect(said(modelEndpoints({ models: { rented: { ...rented, pool: "rentd" } }, pools }))).toEqual([
    ["models.rented.pool", '"rentd"', "the name of a pool of kind external: rented"],
  ]);
  expect(said(modelEndpoints({ models: { rented: { ...rented, dataClass: "personal" } }, pools }))).toEqual([
    [
      "models.rented.dataClass",
      "personal prompts at pool rented, which may see internal data at most",
      "prompts that may be seen there",
    ],
  ]);
});

test("who sees prompts outside the fleet is a processor that was cleared for them", () => {
  const models = { small, bought, rented };
  expect(said(modelProcessors({ models, pools, privacy: privacy({ openai: agreement, runpod: agreement }) }))).toEqual(
    [],
  );
  const lower: Processor = { ...agreement, dataClass: "public" };
  expect(said(modelProcessors({ models, pools, privacy: privacy({ openai: lower }) }))).toEqual([
    [
      "models.bought.dataClass",
      "internal prompts at openai, cleared for public data at most",
      "prompts that may be seen there",
    ],
    ["models.rented", "internal prompts for runpod, which is no processor", "an entry runpod in `privacy.processors`"],
  ]);
});
