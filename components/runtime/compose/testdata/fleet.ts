import { catalogueOf, type WorkloadFacts } from "../../../workloads/facts.ts";
import { planWorkloads, type PlannedWorkload } from "../../../workloads/plan.ts";
import { type Project, renderProject } from "../project.ts";

const DIGEST = "0".repeat(64);
const entry = { team: "assistants", dataClass: "personal" };

/** A model server on one VPS and the proxy in front of it on another. */
export const facts = {
  environment: { name: "trial", purpose: "development" },
  mesh: { tailnet: "example.ts.net" },
  pools: {
    inference: { kind: "hetzner", cluster: "none", nodes: [1] },
    operations: { kind: "hetzner", cluster: "none", nodes: [1] },
  },
  budget: {},
  workloads: {
    ollama: { kind: "ollama", pool: "inference", ...entry, models: ["small"] },
    litellm: { kind: "litellm", pool: "inference", ...entry },
  },
  models: {
    small: {
      engine: "ollama",
      dataClass: "personal",
      reference: "llama3.2:3b",
      weightsGiB: 2,
      contextTokens: 4096,
      contextKiBPerToken: 112,
      tier: "small",
    },
  },
} satisfies WorkloadFacts;

export const images = {
  ollama: `docker.io/ollama/ollama@sha256:${DIGEST}`,
  litellm: `ghcr.io/berriai/litellm@sha256:${DIGEST}`,
};

/** What a pool of an environment comes to, with changes to its workloads as they were built. */
export function projectOf(
  environment: WorkloadFacts,
  pool: string,
  root = "/var/lib/splitfleet/compose",
  change: (workloads: readonly PlannedWorkload[]) => readonly PlannedWorkload[] = (workloads) => workloads,
): Project {
  const all = change(planWorkloads(environment, images));
  return renderProject({
    own: all.filter((workload) => workload.entry.pool === pool),
    all,
    root,
    models: catalogueOf(environment),
    labelsOf: ({ name }) => ({ "splitfleet/workload": name }),
  });
}
