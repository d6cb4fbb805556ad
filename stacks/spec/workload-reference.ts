import { stringify } from "yaml";
import { z } from "zod";
import type { RegisteredKind } from "../../components/workloads/extensions.ts";
import type { Port, Workload } from "../../components/workloads/contract.ts";
import { buildKind } from "../../components/workloads/example.ts";
import { extensionProblems, registry } from "../../components/workloads/registry.ts";
import { FIELD_COLUMNS, fields, markdownTable } from "./reference.ts";

const HEAD = `# Workloads

Generated from the definitions; do not edit. An entry of \`splitfleet:workloads\` has a \`kind\` of this page, its own
fields, and \`team\`, \`pool\` and \`dataClass\` as [the reference](reference/environment.md#workloads) says.
A pool in k3s runs its workloads on Kubernetes, one with \`cluster: none\` on Docker Compose, on its one node.

Who may reach a port, beside the workloads that declare a need for it:

| audience | who | how |
| --- | --- | --- |
| cluster | nobody | |
| mesh | people of the tailnet | On Docker Compose, at the node's address in the mesh. In a cluster nothing announces pods to the mesh: by \`kubectl port-forward\`. |
| public | everybody | Through the edge, under the host name that the entry gives in \`hostnames\`. |
| admin | operators | By \`kubectl port-forward\`; on Docker Compose from the node, by \`ssh -L\` to the container's address. |

## What Docker Compose lacks

| derived on Kubernetes | on Docker Compose |
| --- | --- |
| more than one replica, scaling, disruption budgets, priorities, queues | one container; more than one is refused |
| operators and their custom resources, GPUs, access to the API server | refused |
| public ports, by the edge and the gateway | refused: servers without k3s are reached over the mesh, and have no port that is open to the world |
| network policies by direction and port | Two workloads share a network only where one needs the other; within it every port is open both ways. Between nodes and to the internet the node's packet filter knows ports, and the egress proxy names. |
| readiness, liveness and start-up probes | One health check: readiness, with the grace of start-up. What is unhealthy is restarted by a timer of the node. |
| a rolling update | The container is replaced; a release that does not become healthy gives way to the one before. |
| time to drain before the stop | none; the grace before the kill is kept |
| the size of a volume | not enforced: the disk of the node is the limit |
| scratch on disk | in memory, and part of the container's limit |
| secrets that Vault rotates | made once, kept encrypted in the state, and delivered to files that only root and the container read |
`;

/**
 * The generated page of every kind of workload: `path` from the project's root, and its text.
 *
 * @throws Error naming the files of extensions that can not be used.
 */
export function generateWorkloadReference(
  kinds: readonly RegisteredKind[] = registry,
  problems: typeof extensionProblems = extensionProblems,
): { path: string; text: string }[] {
  if (problems.length > 0) throw new Error(problems.map(({ file, got, fix }) => `${file}: ${got}; ${fix}`).join("\n"));
  const sections = kinds
    .toSorted((left, right) => (left.kind < right.kind ? -1 : 1))
    .flatMap((kind) => section(kind, kinds));
  return [{ path: "docs/workloads.md", text: [HEAD, ...sections].join("\n") }];
}

function section(kind: RegisteredKind, kinds: readonly RegisteredKind[]): string[] {
  const { ports, needs, spec, example } = kind;
  const workload = buildKind(kind, kind.example, kinds);
  const { memoryMiB } = workload.container;
  const limit = memoryMiB.limit === undefined ? "" : `, at most ${mebibytes(memoryMiB.limit)}`;
  return [
    `## ${kind.kind}`,
    "",
    `${kind.summary}. ${formOf(workload)}`,
    "",
    `Runtimes: ${kind.runtimes.join(", ")}. Defined in \`${kind.file}\`.`,
    "",
    `Memory: ${kind.memory} As below: ${mebibytes(memoryMiB.request)}${limit}.`,
    "",
    "```yaml",
    stringify({
      [kind.kind]: { kind: kind.kind, team: "a-team", pool: "a-pool", dataClass: "internal", ...example },
    }).trimEnd(),
    "```",
    ...rows(FIELD_COLUMNS, [...fields("<name>", z.toJSONSchema(z.object(spec), { io: "input" }), true)]),
    ...rows(
      ["port", "number", "audience", "callers log in with"],
      Object.entries(ports).map(([name, { port, audience, protocol = "TCP", credentials }]) => [
        name,
        `${port}/${protocol}`,
        audience,
        credentialsOf(credentials),
      ]),
    ),
    ...rows(
      ["need", "kind", "port", "can do without"],
      Object.entries(needs).map(([name, { kind: of, port, optional = false }]) => [
        name,
        typeof of === "string" ? of : of.join(" or "),
        port,
        optional ? "yes" : "no",
      ]),
    ),
    ...rows(
      ["volume", "path", "GiB", "kept", "retention in days", "backup"],
      Object.entries(workload.volumes ?? {}).map(([name, { path, sizeGiB, keep, retentionDays, backup }]) => [
        name,
        `\`${path}\``,
        String(sizeGiB),
        keep ? "yes" : "no, lost with its node",
        String(retentionDays ?? ""),
        backup === undefined ? "" : `every ${backup.everyHours} hours, kept ${backup.keepDays} days`,
      ]),
    ),
    ...rows(
      ["secret", "rotation", "keys"],
      Object.entries(workload.secrets ?? {}).map(([name, secret]) => [name, secret.class, secret.keys.join(", ")]),
    ),
    ...rows(
      ["reaches outside the fleet", "port", "for"],
      kind.egress(example, {}).map(({ host, port, purpose }) => [host, String(port), purpose]),
    ),
    ...rows(
      ["alert", "after", "meaning"],
      (kind.alerts ?? []).map(({ name, forMinutes, summary }) => [name, `${forMinutes} minutes`, summary]),
    ),
    "",
  ];
}

/** A table with the empty line before it; nothing where it would have no rows. */
const rows = (head: readonly string[], body: readonly (readonly string[])[]): string[] =>
  body.length === 0 ? [] : ["", ...markdownTable(head, body)];

function credentialsOf(credentials: Port["credentials"]): string {
  if (credentials === undefined) return "";
  if (typeof credentials === "string") return `secret \`${credentials}\``;
  return `secret \`${credentials.perConsumer}-<consumer>\``;
}

const mebibytes = (amount: number): string => `${amount.toLocaleString("en-GB")} MiB`;

function formOf(workload: Workload): string {
  switch (workload.form) {
    case "daemon":
      return "One pod on every node of its pool.";
    case "operated":
      return `Runs all the time; the operator ${workload.operator} makes its pods.`;
    case "scheduled":
      return `Runs at \`${workload.schedule}\` (UTC), for ${workload.deadlineSeconds} seconds at most.`;
    case "batch":
      return `Runs once for each change, for ${workload.deadlineSeconds} seconds at most.`;
    case "service":
    case undefined:
      return "Runs all the time.";
  }
}
