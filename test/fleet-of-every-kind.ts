import type { Runtime } from "../components/workloads/contract.ts";
import type { RegisteredKind } from "../components/workloads/extensions.ts";
import type { WorkloadEntry, WorkloadFacts } from "../components/workloads/facts.ts";
import { type PlannedWorkload, planWorkloads } from "../components/workloads/plan.ts";
import { registry } from "../components/workloads/registry.ts";

/** Any name has an image. */
const IMAGES = new Proxy<Record<string, string>>(
  {},
  { get: (_, name) => `registry.example.org/${String(name)}@sha256:${"0".repeat(64)}` },
);

const model = (engine: string, reference: string) => ({
  engine,
  reference,
  weightsGiB: 2,
  contextTokens: 4096,
  contextKiBPerToken: 112,
  tier: "small",
  dataClass: "internal",
});

/** Those that the kinds' examples serve. */
const MODELS: WorkloadFacts["models"] = {
  small: model("ollama", "llama3.2:3b"),
  large: model("vllm", "meta-llama/Llama-3.1-8B-Instruct"),
  embeddings: { ...model("tei", "BAAI/bge-m3"), dimensions: 1024 },
};

/** Of several kinds that serve the same need the first is taken. */
const choices = ({ needs, backups }: RegisteredKind, kinds: readonly RegisteredKind[]): Record<string, string> => {
  const store = kinds.find(({ backupBucket }) => backupBucket !== undefined);
  return {
    ...Object.fromEntries(
      Object.entries(needs).flatMap(([need, { kind }]) => (typeof kind === "string" ? [] : [[need, kind[0] ?? ""]])),
    ),
    ...(backups === undefined || store === undefined ? {} : { backup: store.kind }),
  };
};

/** One workload of every kind that a runtime knows, each under its kind's name and with the fields of its example. */
export function fleetOfEveryKind(
  runtime: Runtime,
  change: Partial<WorkloadFacts> = {},
  kinds: readonly RegisteredKind[] = registry,
): readonly PlannedWorkload[] {
  const here = kinds.filter(({ runtimes }) => runtimes.includes(runtime));
  const workloads = here.map((definition): [string, WorkloadEntry] => {
    const { kind, example, ports } = definition;
    const published = Object.entries(ports).filter(([, { audience }]) => audience === "public");
    return [
      kind,
      {
        ...example,
        kind,
        team: "platform",
        pool: "operations",
        dataClass: "internal",
        needs: choices(definition, here),
        ...(published.length === 0
          ? {}
          : { hostnames: Object.fromEntries(published.map(([port]) => [port, `${port}.${kind}.example.org`])) }),
      },
    ];
  });
  const cluster = runtime === "compose" ? "none" : "agent";
  const facts: WorkloadFacts = {
    environment: { name: "trial", purpose: "production" },
    mesh: { tailnet: "trial.ts.net" },
    pools: { operations: { kind: "hetzner", cluster, nodes: [1], hardware: { gpu: { sharing: "whole" } } } },
    workloads: Object.fromEntries(workloads),
    models: MODELS,
    budget: {},
    ...change,
  };
  return planWorkloads(facts, IMAGES, kinds);
}

/** A workload by its name. @throws Error if there is none. */
export function workloadOf(fleet: readonly PlannedWorkload[], name: string): PlannedWorkload {
  const workload = fleet.find((candidate) => candidate.name === name);
  if (workload === undefined) throw new Error(`no workload ${name}`);
  return workload;
}

/** Text of a file of a workload. @throws Error naming the files that there are. */
export function fileOf({ workload: { files = {} } }: PlannedWorkload, file: string): string {
  const text = files[file];
  if (text === undefined) throw new Error(`no file ${file}; there are ${Object.keys(files).join(", ")}`);
  return text;
}
