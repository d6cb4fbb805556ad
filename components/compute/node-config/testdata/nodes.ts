import type { NodeFacts } from "../bundle/bundle.ts";

const SUM = "a".repeat(64);

/** An agent at Hetzner. */
export const agent: NodeFacts = {
  hostname: "sandbox-inference-1",
  provider: "hetzner",
  architecture: "amd64",
  binaries: {
    tailscale: { version: "1.102.3", sha256: { amd64: SUM, arm64: SUM } },
    k3s: { version: "v1.36.2+k3s1", sha256: { amd64: SUM } },
    vault: { version: "1.21.0", sha256: { amd64: SUM } },
    coolify: { version: "v4.3.11", sha256: { amd64: SUM } },
  },
  k3s: {
    role: "agent",
    privateAddress: "10.10.2.11",
    serverUrl: "https://10.10.1.11:6443",
    allocation: { environment: "sandbox", team: "platform", dataClass: "personal", pool: "inference" },
    taints: [],
    cloud: undefined,
    topology: { region: "eu-central", zone: "fsn1" },
    reservedMemoryMiB: 665,
    podRange: "10.42.0.0/16",
    serviceRange: "10.43.0.0/16",
    tlsNames: [],
  },
  docker: undefined,
  vault: undefined,
  neighbours: { range: "10.10.0.0/16", servers: [], vault: [] },
  place: 0,
  window: undefined,
};

type K3s = NonNullable<NodeFacts["k3s"]>;

const k3s = (change: Partial<K3s>): K3s => {
  if (agent.k3s === undefined) throw new Error("an agent has k3s");
  return { ...agent.k3s, ...change };
};

/** The first of three servers, with Vault. */
export const server: NodeFacts = {
  ...agent,
  hostname: "sandbox-operations-1",
  k3s: k3s({
    role: "server",
    privateAddress: "10.10.1.11",
    serverUrl: undefined,
    tlsNames: ["sandbox-operations-1.example.ts.net"],
  }),
  vault: {
    hostname: "sandbox-operations-1",
    privateAddress: "10.10.1.11",
    meshName: "sandbox-operations-1.example.ts.net",
    peers: [2, 3].map((number) => ({
      privateAddress: `10.10.1.1${number}`,
      meshName: `sandbox-operations-${number}.example.ts.net`,
    })),
  },
  neighbours: {
    range: "10.10.0.0/16",
    servers: ["10.10.1.12", "10.10.1.13"],
    vault: ["10.10.1.12", "10.10.1.13"],
  },
};

/** One of the two that join it. */
export const furtherServer: NodeFacts = {
  ...server,
  hostname: "sandbox-operations-2",
  k3s: k3s({ role: "server", privateAddress: "10.10.1.12" }),
};

const foreign = k3s({ privateAddress: undefined, serverUrl: "https://sandbox-operations-1.example.ts.net:6443" });

/** A spot instance, which its cloud names. */
export const burst: NodeFacts = {
  ...agent,
  hostname: undefined,
  provider: "aws",
  neighbours: undefined,
  k3s: {
    ...foreign,
    cloud: "aws",
    topology: undefined,
    taints: [{ key: "splitfleet/burst", value: "true", effect: "NoSchedule" }],
    accelerator: "NVIDIA-H100-80GB-HBM3",
  },
  burst: {
    vault: "https://vault.example.ts.net:8200/",
    mount: "splitfleet/aws",
    role: "sandbox-burst",
    secret: "splitfleet/kv/data/sandbox/k3s/agent-token",
    gpus: 8,
    leastDriver: "525.60.13",
  },
};

/** A machine in a room of one's own, which may be updated on Sunday mornings. */
export const onprem: NodeFacts = {
  ...agent,
  hostname: "sandbox-workshop-a",
  provider: "onprem",
  neighbours: undefined,
  k3s: { ...foreign, topology: { region: "workshop", zone: "workshop" } },
  window: { day: "Sun", startHour: 5, hours: 2 },
  place: 1,
};

/** A VPS with Docker Compose. */
export const compose: NodeFacts = { ...agent, k3s: undefined, docker: "compose" };

/** A VPS with Coolify. */
export const coolify: NodeFacts = { ...agent, k3s: undefined, docker: "coolify" };
