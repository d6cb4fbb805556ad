import { beforeAll, expect, test } from "vitest";
import { declaredByEnvironment } from "../../sandbox/network-policy/declared.ts";
import { lineOf } from "../../sandbox/network-policy/differences.ts";
import type { Flow } from "../../sandbox/network-policy/flow.ts";
import { type KubernetesObject, objectsOf } from "../../sandbox/network-policy/manifests.ts";
import { prove, type Proof } from "../../sandbox/network-policy/prove.ts";
import { resolveTool } from "../../sandbox/toolchain/resolve.ts";
import { rowsOf, sandbox } from "../harness.ts";

let engine: string;
let objects: readonly KubernetesObject[];
let declared: readonly Flow[];

beforeAll(async () => {
  engine = (await resolveTool("cyclonus-flows")).path;
  const environment = await sandbox();
  objects = objectsOf(await rowsOf(environment));
  declared = declaredByEnvironment(environment.spec, environment.lock);
}, 600_000);

const judge = (of: readonly KubernetesObject[], by: readonly Flow[]): Promise<Proof> =>
  prove({ engine, declared: by, objects: of, podRange: "10.42.0.0/16" });

/** What the engine finds once the manifests are changed. */
const findings = async (change: Change): Promise<string[]> =>
  (await judge(change(objects), declared)).differences.map(lineOf);

test("the sandbox lets through what is declared and nothing else", async () => {
  expect(await judge(objects, declared)).toEqual({
    engine: "github.com/mattfenwick/cyclonus v0.5.6",
    policies: 7,
    flows: 14,
    judged: expect.any(Number),
    differences: [],
  });
});

test("without a workload's policy, its consumers are shut out", async () => {
  expect(await findings(without("NetworkPolicy", "team-assistants", "ollama"))).toEqual([
    "blocked: team-assistants/litellm -> team-assistants/ollama, 11434/TCP: workloads.litellm needs ollama;" +
      " none of team-assistants/default-deny lets it in",
    "blocked: team-assistants/ollama -> team-platform/egress, 29295/TCP: workloads.ollama needs egress;" +
      " none of team-assistants/default-deny lets it out",
    "blocked: team-assistants/ollama-preload -> team-assistants/ollama, 11434/TCP:" +
      " job preload of workloads.ollama; none of team-assistants/default-deny lets it in",
  ]);
});

test("without the default, a namespace stands open both ways", async () => {
  expect(await findings(without("NetworkPolicy", "team-platform", "default-deny"))).toEqual([
    "blocked: team-platform/egress -> kube-system/kube-dns, 53/TCP, 53/UDP: every pod resolves names;" +
      " none of team-platform/egress lets it out",
    "loose: other pods of splitfleet-system, other pods of team-assistants, team-assistants/litellm," +
      " team-assistants/ollama, team-assistants/ollama-preload, team-platform/egress" +
      " -> other pods of team-platform, every port: no policy keeps it from going in",
    "loose: other pods of team-platform -> other pods of splitfleet-system, other pods of team-assistants," +
      " team-assistants/litellm, team-assistants/ollama," +
      " team-assistants/ollama-preload, team-platform/egress, every port: no policy keeps it from going out",
    "open: kube-system/kube-dns, other pods of any-other-namespace, other pods of kube-system," +
      " 0.0.0.0-10.41.255.255, 10.43.0.0-255.255.255.255" +
      " -> other pods of team-platform, every port: no policy keeps it from going in",
    "open: other pods of team-platform -> kube-system/kube-dns, 1-52/TCP, 54-65535/TCP, 1-52/UDP, 54-65535/UDP," +
      " 1-65535/SCTP: no policy keeps it from going out",
    "open: other pods of team-platform -> other pods of any-other-namespace, other pods of kube-system," +
      " 0.0.0.0-10.41.255.255, 10.43.0.0-255.255.255.255," +
      " every port: no policy keeps it from going out",
    "open: other pods of team-platform -> other pods of team-platform, every port:" +
      " no policy keeps it from going out, no policy keeps it from going in",
  ]);
});

test("a changed port blocks the declared one and opens another", async () => {
  expect(
    await findings(rewritten("NetworkPolicy", "team-assistants", "litellm", '"port":4000', '"port":4001')),
  ).toEqual([
    "blocked: 100.64.0.0-100.127.255.255 -> team-assistants/litellm, 4000/TCP:" +
      " port api of workloads.litellm is for the mesh;" +
      " none of team-assistants/default-deny, team-assistants/litellm lets it in",
    "open: 100.64.0.0-100.127.255.255 -> team-assistants/litellm, 4001/TCP: team-assistants/litellm lets it in",
  ]);
});

test("a selector that names no pods lets the whole namespace in", async () => {
  const selector = ',"podSelector":{"matchLabels":{"app.kubernetes.io/name":"litellm"}}';
  const widened = rewritten("NetworkPolicy", "team-assistants", "ollama", selector, "");
  expect(await findings(widened)).toEqual([
    "loose: other pods of team-assistants, team-assistants/ollama -> team-assistants/ollama, 11434/TCP:" +
      " team-assistants/ollama lets it in",
  ]);
});

test("a default that selects some pods only leaves the others open", async () => {
  const narrowed = rewritten(
    "NetworkPolicy",
    "splitfleet-system",
    "default-deny",
    '"podSelector":{},',
    '"podSelector":{"matchLabels":{"app":"a"}},',
  );
  expect(await findings(narrowed)).toContain(
    "open: other pods of splitfleet-system -> 10.10.1.11, 1-6442/TCP, 6444-65535/TCP, 1-65535/UDP, 1-65535/SCTP:" +
      " no policy keeps it from going out",
  );
});

test("a wider range of addresses shows the strangers it lets in", async () => {
  expect(
    await findings(rewritten("NetworkPolicy", "team-assistants", "litellm", "100.64.0.0/10", "100.0.0.0/8")),
  ).toEqual([
    "open: 100.0.0.0-100.63.255.255, 100.128.0.0-100.255.255.255 -> team-assistants/litellm, 4000/TCP:" +
      " team-assistants/litellm lets it in",
  ]);
});

test("a range of addresses that covers the pods' own lets every pod in", async () => {
  expect(
    await findings(rewritten("NetworkPolicy", "team-assistants", "litellm", "100.64.0.0/10", "0.0.0.0/0")),
  ).toEqual([
    "loose: other pods of splitfleet-system, other pods of team-assistants, other pods of team-platform," +
      " team-assistants/litellm, team-assistants/ollama," +
      " team-assistants/ollama-preload, team-platform/egress" +
      " -> team-assistants/litellm, 4000/TCP: team-assistants/litellm lets it in",
    "open: kube-system/kube-dns, other pods of any-other-namespace, other pods of kube-system," +
      " 0.0.0.0-10.41.255.255, 10.43.0.0-100.63.255.255," +
      " 100.128.0.0-255.255.255.255 -> team-assistants/litellm, 4000/TCP: team-assistants/litellm lets it in",
  ]);
});

test("a selector with the wrong namespace blocks the flow and trusts a look-alike", async () => {
  const peer = (team: string) =>
    `"kubernetes.io/metadata.name":"team-${team}"}},"podSelector":{"matchLabels":{"app.kubernetes.io/name":"litellm"`;
  expect(
    await findings(rewritten("NetworkPolicy", "team-assistants", "ollama", peer("assistants"), peer("platform"))),
  ).toEqual([
    "blocked: team-assistants/litellm -> team-assistants/ollama, 11434/TCP: workloads.litellm needs ollama;" +
      " none of team-assistants/default-deny, team-assistants/ollama lets it in",
    "loose: pods of team-platform labelled like team-assistants/litellm -> team-assistants/ollama, 11434/TCP:" +
      " team-assistants/ollama lets it in",
  ]);
});

test("a policy in the wrong namespace protects nobody", async () => {
  const moved = rewritten(
    "NetworkPolicy",
    "team-assistants",
    "ollama",
    '"namespace":"team-assistants"',
    '"namespace":"team-platform"',
  );
  expect(await findings(moved)).toEqual([
    "blocked: team-assistants/litellm -> team-assistants/ollama, 11434/TCP: workloads.litellm needs ollama;" +
      " none of team-assistants/default-deny lets it in",
    "blocked: team-assistants/ollama -> team-platform/egress, 29295/TCP: workloads.ollama needs egress;" +
      " none of team-assistants/default-deny lets it out",
    "blocked: team-assistants/ollama-preload -> team-assistants/ollama, 11434/TCP:" +
      " job preload of workloads.ollama; none of team-assistants/default-deny lets it in",
    "loose: pods of team-platform labelled like team-assistants/ollama -> team-platform/egress, 29295/TCP:" +
      " team-platform/ollama lets it out",
    "loose: team-assistants/litellm, team-assistants/ollama-preload" +
      " -> pods of team-platform labelled like team-assistants/ollama, 11434/TCP:" +
      " team-platform/ollama lets it in",
  ]);
});

test("a service that leads to another port is followed there", async () => {
  const moved = rewritten("Service", "team-assistants", "litellm", '"targetPort":4000', '"targetPort":8080');
  expect(await findings(moved)).toEqual([
    "blocked: 100.64.0.0-100.127.255.255 -> team-assistants/litellm, 8080/TCP:" +
      " port api of workloads.litellm is for the mesh;" +
      " none of team-assistants/default-deny, team-assistants/litellm lets it in",
    "open: 100.64.0.0-100.127.255.255 -> team-assistants/litellm, 4000/TCP: team-assistants/litellm lets it in",
  ]);
});

test("a consumer that nobody declared is named with the policies that serve it", async () => {
  const undeclared = declared.filter(({ why }) => why !== "workloads.litellm needs ollama");
  expect((await judge(objects, undeclared)).differences.map(lineOf)).toEqual([
    "open: team-assistants/litellm -> team-assistants/ollama, 11434/TCP: team-assistants/litellm lets it out," +
      " team-assistants/ollama lets it in",
  ]);
});

test("a consumer whose pods are missing is a flow that never is", async () => {
  expect(await findings(without("Job", "team-assistants", "ollama-preload"))).toEqual([
    "blocked: team-assistants/ollama-preload -> team-assistants/ollama, 11434/TCP: job preload of workloads.ollama;" +
      " no controller makes the pods of team-assistants/ollama-preload",
    "blocked: team-assistants/ollama-preload -> team-platform/egress, 29295/TCP:" +
      " job preload of workloads.ollama needs egress; no controller makes the pods of team-assistants/ollama-preload",
  ]);
});

test("pods on their node's network are outside every policy", async () => {
  const account = '"serviceAccountName"';
  const moved = rewritten("StatefulSet", "team-assistants", "ollama", account, `"hostNetwork":true,${account}`);
  expect(await findings(moved)).toEqual([
    "blocked: team-assistants/ollama -> team-platform/egress, 29295/TCP: workloads.ollama needs egress;" +
      " no controller makes the pods of team-assistants/ollama",
    "open: team-assistants/ollama -> everything, every port: runs on its node's network, where no policy applies",
  ]);
});

test("a policy that the engine reads otherwise than Kubernetes is refused, not judged", async () => {
  const named = rewritten("NetworkPolicy", "team-assistants", "litellm", '"port":4000', '"port":"api"');
  await expect(findings(named)).rejects.toThrow(
    "NetworkPolicy team-assistants/litellm cannot be judged: spec.ingress.0.ports.0.port: Invalid input:" +
      " expected number, received string",
  );
});

type Change = (objects: readonly KubernetesObject[]) => KubernetesObject[];

interface Named {
  readonly metadata?: { readonly namespace?: string; readonly name?: string };
}

const isNamed = (object: KubernetesObject & Named, kind: string, namespace: string, name: string): boolean =>
  object.kind === kind && object.metadata?.namespace === namespace && object.metadata.name === name;

/** Takes one object away, which must be there. */
const without =
  (kind: string, namespace: string, name: string): Change =>
  (objects) => {
    const rest = objects.filter((object) => !isNamed(object, kind, namespace, name));
    expect(rest).toHaveLength(objects.length - 1);
    return rest;
  };

/** Replaces a text in one object's JSON, which must have it. */
const rewritten =
  (kind: string, namespace: string, name: string, text: string, by: string): Change =>
  (objects) =>
    objects.map((object) => {
      if (!isNamed(object, kind, namespace, name)) return object;
      expect(JSON.stringify(object)).toContain(text);
      return JSON.parse(JSON.stringify(object).replace(text, by)) as KubernetesObject;
    });
