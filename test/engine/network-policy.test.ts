import { beforeAll, describe, expect, test } from "vitest";
import { KubernetesWorkload } from "../../components/runtime/kubernetes.ts";
import { TenantNamespace } from "../../components/cluster/tenant-namespace.ts";
import { defineWorkload, type Handle, type Workload, type WorkloadKind } from "../../components/workloads/contract.ts";
import { namespaceOf, type PlannedWorkload } from "../../components/workloads/plan.ts";
import { record } from "../../plan/recorder/record.ts";
import { declaredByEnvironment, declaredFlows } from "../../sandbox/network-policy/declared.ts";
import { lineOf } from "../../sandbox/network-policy/differences.ts";
import type { Flow } from "../../sandbox/network-policy/flow.ts";
import { type KubernetesObject, objectsOf } from "../../sandbox/network-policy/manifests.ts";
import { prove, type Proof } from "../../sandbox/network-policy/prove.ts";
import { resolveTool } from "../../sandbox/toolchain/resolve.ts";
import { rowsOf, sandbox } from "../harness.ts";

let engine: string;

beforeAll(async () => {
  engine = (await resolveTool("cyclonus-flows")).path;
}, 600_000);

const judge = (objects: readonly KubernetesObject[], declared: readonly Flow[]): Promise<Proof> =>
  prove({ engine, declared, objects, podRange: "10.42.0.0/16" });

describe("the sandbox", () => {
  let objects: readonly KubernetesObject[];
  let declared: readonly Flow[];

  beforeAll(async () => {
    const environment = await sandbox();
    objects = objectsOf(await rowsOf(environment));
    declared = declaredByEnvironment(environment.spec, environment.lock);
  });

  /** What the engine finds once the manifests are changed. */
  const findings = async (change: Change, among = objects): Promise<string[]> => (await judge(change(among), declared)).differences.map(lineOf);

  test("lets through what is declared and nothing else", async () => {
    expect(await judge(objects, declared)).toEqual({
      engine: "github.com/mattfenwick/cyclonus v0.5.6",
      policies: 6,
      flows: 11,
      judged: expect.any(Number),
      differences: [],
    });
  });

  test("without a workload's policy, its consumers are shut out", async () => {
    expect(await findings(without("NetworkPolicy", "team-assistants", "ollama"))).toEqual([
      "blocked: team-assistants/litellm -> team-assistants/ollama, 11434/TCP: workloads.litellm needs ollama; none of team-assistants/default-deny lets it in",
      "blocked: team-assistants/ollama-preload -> team-assistants/ollama, 11434/TCP: job preload of workloads.ollama; none of team-assistants/default-deny lets it in",
    ]);
  });

  test("without the default, a namespace stands open both ways", async () => {
    expect(await findings(without("NetworkPolicy", "team-platform", "default-deny"))).toEqual([
      "loose: other pods of splitfleet-system, other pods of team-assistants, team-assistants/litellm, team-assistants/ollama, team-assistants/ollama-preload" +
        " -> other pods of team-platform, every port: no policy keeps it from going in",
      "loose: other pods of team-platform -> other pods of splitfleet-system, other pods of team-assistants, team-assistants/litellm, team-assistants/ollama," +
        " team-assistants/ollama-preload, every port: no policy keeps it from going out",
      "open: kube-system/kube-dns, other pods of any-other-namespace, other pods of kube-system, 0.0.0.0-10.41.255.255, 10.43.0.0-255.255.255.255" +
        " -> other pods of team-platform, every port: no policy keeps it from going in",
      "open: other pods of team-platform -> kube-system/kube-dns, 1-52/TCP, 54-65535/TCP, 1-52/UDP, 54-65535/UDP, 1-65535/SCTP: no policy keeps it from going out",
      "open: other pods of team-platform -> other pods of any-other-namespace, other pods of kube-system, 0.0.0.0-10.41.255.255, 10.43.0.0-255.255.255.255," +
        " every port: no policy keeps it from going out",
      "open: other pods of team-platform -> other pods of team-platform, every port: no policy keeps it from going out, no policy keeps it from going in",
    ]);
  });

  test("a changed port blocks the declared one and opens another", async () => {
    expect(await findings(rewritten("NetworkPolicy", "team-assistants", "litellm", '"port":4000', '"port":4001'))).toEqual([
      "blocked: 100.64.0.0-100.127.255.255 -> team-assistants/litellm, 4000/TCP: port api of workloads.litellm is for the mesh;" +
        " none of team-assistants/default-deny, team-assistants/litellm lets it in",
      "open: 100.64.0.0-100.127.255.255 -> team-assistants/litellm, 4001/TCP: team-assistants/litellm lets it in",
    ]);
  });

  test("a selector that names no pods lets the whole namespace in", async () => {
    const selector = ',"podSelector":{"matchLabels":{"app.kubernetes.io/name":"litellm"}}';
    const widened = rewritten("NetworkPolicy", "team-assistants", "ollama", selector, "");
    expect(await findings(widened)).toEqual([
      "loose: other pods of team-assistants, team-assistants/ollama -> team-assistants/ollama, 11434/TCP: team-assistants/ollama lets it in",
    ]);
  });

  test("a default that selects some pods only leaves the others open", async () => {
    const narrowed = rewritten("NetworkPolicy", "splitfleet-system", "default-deny", '"podSelector":{},', '"podSelector":{"matchLabels":{"app":"a"}},');
    expect(await findings(narrowed)).toContain(
      "open: other pods of splitfleet-system -> 10.10.1.11, 1-6442/TCP, 6444-65535/TCP, 1-65535/UDP, 1-65535/SCTP: no policy keeps it from going out",
    );
  });

  test("a wider range of addresses shows the strangers it lets in", async () => {
    expect(await findings(rewritten("NetworkPolicy", "team-assistants", "litellm", "100.64.0.0/10", "100.0.0.0/8"))).toEqual([
      "open: 100.0.0.0-100.63.255.255, 100.128.0.0-100.255.255.255 -> team-assistants/litellm, 4000/TCP: team-assistants/litellm lets it in",
    ]);
  });

  test("a range of addresses that covers the pods' own lets every pod in", async () => {
    expect(await findings(rewritten("NetworkPolicy", "team-assistants", "litellm", "100.64.0.0/10", "0.0.0.0/0"))).toEqual([
      "loose: other pods of splitfleet-system, other pods of team-assistants, other pods of team-platform, team-assistants/litellm, team-assistants/ollama," +
        " team-assistants/ollama-preload -> team-assistants/litellm, 4000/TCP: team-assistants/litellm lets it in",
      "open: kube-system/kube-dns, other pods of any-other-namespace, other pods of kube-system, 0.0.0.0-10.41.255.255, 10.43.0.0-100.63.255.255," +
        " 100.128.0.0-255.255.255.255 -> team-assistants/litellm, 4000/TCP: team-assistants/litellm lets it in",
    ]);
  });

  test("a selector with the wrong namespace blocks the flow and trusts a look-alike", async () => {
    const peer = (team: string) =>
      `"kubernetes.io/metadata.name":"team-${team}"}},"podSelector":{"matchLabels":{"app.kubernetes.io/name":"litellm"`;
    expect(await findings(rewritten("NetworkPolicy", "team-assistants", "ollama", peer("assistants"), peer("platform")))).toEqual([
      "blocked: team-assistants/litellm -> team-assistants/ollama, 11434/TCP: workloads.litellm needs ollama;" +
        " none of team-assistants/default-deny, team-assistants/ollama lets it in",
      "loose: pods of team-platform labelled like team-assistants/litellm -> team-assistants/ollama, 11434/TCP: team-assistants/ollama lets it in",
    ]);
  });

  test("a policy in the wrong namespace protects nobody", async () => {
    const moved = rewritten("NetworkPolicy", "team-assistants", "ollama", '"namespace":"team-assistants"', '"namespace":"team-platform"');
    expect(await findings(moved)).toEqual([
      "blocked: team-assistants/litellm -> team-assistants/ollama, 11434/TCP: workloads.litellm needs ollama; none of team-assistants/default-deny lets it in",
      "blocked: team-assistants/ollama-preload -> team-assistants/ollama, 11434/TCP: job preload of workloads.ollama; none of team-assistants/default-deny lets it in",
      "loose: team-assistants/litellm, team-assistants/ollama-preload -> pods of team-platform labelled like team-assistants/ollama, 11434/TCP:" +
        " team-platform/ollama lets it in",
    ]);
  });

  test("a service that leads to another port is followed there", async () => {
    const moved = rewritten("Service", "team-assistants", "litellm", '"targetPort":4000', '"targetPort":8080');
    expect(await findings(moved)).toEqual([
      "blocked: 100.64.0.0-100.127.255.255 -> team-assistants/litellm, 8080/TCP: port api of workloads.litellm is for the mesh;" +
        " none of team-assistants/default-deny, team-assistants/litellm lets it in",
      "open: 100.64.0.0-100.127.255.255 -> team-assistants/litellm, 4000/TCP: team-assistants/litellm lets it in",
    ]);
  });

  test("a consumer that nobody declared is named with the policies that serve it", async () => {
    const undeclared = declared.filter(({ why }) => why !== "workloads.litellm needs ollama");
    expect((await judge(objects, undeclared)).differences.map(lineOf)).toEqual([
      "open: team-assistants/litellm -> team-assistants/ollama, 11434/TCP: team-assistants/litellm lets it out, team-assistants/ollama lets it in",
    ]);
  });

  test("a consumer whose pods are missing is a flow that never is", async () => {
    expect(await findings(without("Job", "team-assistants", "ollama-preload"))).toEqual([
      "blocked: team-assistants/ollama-preload -> team-assistants/ollama, 11434/TCP: job preload of workloads.ollama;" +
        " no controller makes the pods of team-assistants/ollama-preload",
    ]);
  });

  test("a policy that the engine reads otherwise than Kubernetes is refused, not judged", async () => {
    const named = rewritten("NetworkPolicy", "team-assistants", "litellm", '"port":4000', '"port":"api"');
    await expect(findings(named)).rejects.toThrow(
      "NetworkPolicy team-assistants/litellm cannot be judged: spec.ingress.0.ports.0.port: Invalid input: expected number, received string",
    );
  });
});

type Change = (objects: readonly KubernetesObject[]) => KubernetesObject[];

interface Named {
  readonly metadata?: { readonly namespace?: string; readonly name?: string };
}

const isNamed = (object: KubernetesObject & Named, kind: string, namespace: string, name: string): boolean =>
  object.kind === kind && object.metadata?.namespace === namespace && object.metadata.name === name;

/** Takes one object away, which must be there. */
const without = (kind: string, namespace: string, name: string): Change => (objects) => {
  const rest = objects.filter((object) => !isNamed(object, kind, namespace, name));
  expect(rest).toHaveLength(objects.length - 1);
  return rest;
};

/** Replaces a text in one object's JSON, which must have it. */
const rewritten = (kind: string, namespace: string, name: string, text: string, by: string): Change => (objects) =>
  objects.map((object) => {
    if (!isNamed(object, kind, namespace, name)) return object;
    expect(JSON.stringify(object)).toContain(text);
    return JSON.parse(JSON.stringify(object).replace(text, by)) as KubernetesObject;
  });

describe("several teams, each workload with several ports", () => {
  const workload = (parts: Partial<Workload>): Workload => ({
    replicas: 1,
    container: { image: "image@sha256:00", cpu: { request: 1 }, memoryMiB: { request: 64 }, user: 10001 },
    ...parts,
  });
  const kind = (name: string, ports: WorkloadKind["ports"]): WorkloadKind =>
    defineWorkload({ kind: name, summary: name, runtimes: ["kubernetes"], ports, spec: {}, build: () => workload({}) });

  /** A workload of a team, with what it needs besides. */
  function plan(name: string, team: string, ports: WorkloadKind["ports"], parts: Partial<Workload> = {}): PlannedWorkload {
    const host = `${name}.${namespaceOf(team)}.svc.cluster.local`;
    const handles = Object.fromEntries(
      Object.entries(ports).map(([key, { port, protocol = "TCP" }]): [string, Handle] => [key, { workload: name, team, port, protocol, host, url: "" }]),
    );
    const entry = { kind: name, team, pool: "inference", dataClass: "internal" };
    return { name, entry, definition: kind(name, ports), handles, workload: workload(parts) };
  }

  const handle = ({ handles }: PlannedWorkload, port: string): Handle[] => Object.entries(handles).flatMap(([name, found]) => (name === port ? [found] : []));

  const { container } = workload({});
  const database = plan("database", "data", { sql: { port: 5432, audience: "cluster" }, metrics: { port: 9187, audience: "cluster" } }, { jobs: { migrate: container } });
  const resolver = plan("resolver", "platform", { udp: { port: 5353, audience: "cluster", protocol: "UDP" }, tcp: { port: 5353, audience: "cluster" } });
  const gateway = plan(
    "gateway", "edge",
    { https: { port: 8443, audience: "mesh" }, console: { port: 9000, audience: "admin" } },
    { needs: [...handle(database, "sql"), ...handle(resolver, "udp")], replicas: 2 },
  );
  const reporter = plan("reporter", "data", {}, { needs: [...handle(database, "sql"), ...handle(gateway, "https")] });
  const monitor = plan("monitor", "platform", {}, { needs: [...handle(database, "metrics"), ...handle(resolver, "tcp")] });
  const planned = [database, resolver, gateway, reporter, monitor];
  const teams = ["data", "edge", "platform"];
  const declared = declaredFlows({ teams, apiServers: ["10.10.1.11"] }, planned);

  /** What the fleet's own components make of the workloads. */
  async function manifests(workloads: readonly PlannedWorkload[]): Promise<KubernetesObject[]> {
    const { rows } = await record({ name: "teams", config: {}, secretKeys: [] }, async () => {
      new TenantNamespace("splitfleet-system", {
        namespace: "splitfleet-system",
        egress: [{ range: "10.10.1.11/32", port: 6443 }, { range: "100.64.0.0/10", port: 8200 }],
        labels: {},
      });
      for (const team of teams) new TenantNamespace(namespaceOf(team), { namespace: namespaceOf(team), labels: {} });
      for (const one of workloads) {
        const { team, pool, dataClass } = one.entry;
        new KubernetesWorkload(one.name, {
          planned: one,
          consumers: workloads.filter(({ workload: { needs = [] } }) => needs.some(({ workload: name }) => name === one.name)),
          namespace: namespaceOf(team),
          allocation: { environment: "teams", team, pool, dataClass, workload: one.name },
          vault: { kv: "kv", loginMount: "kubernetes", environment: "teams", dependsOn: [] },
        });
      }
    });
    return objectsOf(rows);
  }

  test("declare what their definitions say", () => {
    const party = (of: Flow["from"]) => (of.kind === "addresses" ? of.range : of.kind === "namespace" ? `${of.namespace}/*` : `${of.namespace}/${of.name}`);
    expect(declared.slice(10).map(({ from, to, port, protocol, why }) => `${party(from)} -> ${party(to)} ${port}/${protocol}: ${why}`)).toEqual([
      "team-data/database-migrate -> team-data/database 5432/TCP: job migrate of workloads.database",
      "team-data/database-migrate -> team-data/database 9187/TCP: job migrate of workloads.database",
      "team-edge/gateway -> team-data/database 5432/TCP: workloads.gateway needs database",
      "team-edge/gateway -> team-platform/resolver 5353/UDP: workloads.gateway needs resolver",
      "100.64.0.0/10 -> team-edge/gateway 8443/TCP: port https of workloads.gateway is for the mesh",
      "team-data/reporter -> team-data/database 5432/TCP: workloads.reporter needs database",
      "team-data/reporter -> team-edge/gateway 8443/TCP: workloads.reporter needs gateway",
      "team-platform/monitor -> team-data/database 9187/TCP: workloads.monitor needs database",
      "team-platform/monitor -> team-platform/resolver 5353/TCP: workloads.monitor needs resolver",
    ]);
  });

  test("are connected as they declare, across namespaces, port by port", async () => {
    expect((await judge(await manifests(planned), declared)).differences.map(lineOf)).toEqual([]);
  });

  test("are told about a consumer that slipped in", async () => {
    const intruder = plan("intruder", "edge", {}, { needs: handle(database, "sql") });
    expect((await judge(await manifests([...planned, intruder]), declared)).differences.map(lineOf)).toEqual([
      "open: team-edge/intruder -> team-data/database, 5432/TCP: team-edge/intruder lets it out, team-data/database lets it in",
    ]);
  });
});
