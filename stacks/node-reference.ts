import { nodeBundle, type NodeFacts } from "../components/compute/node-config/bundle/bundle.ts";
import type { Environment } from "./environment-file.ts";
import { burstFacts, hetznerFacts, onpremFacts } from "./layers/bundles.ts";
import { MATURITY, NODE_FEATURES } from "./node-maturity.ts";
import { ofKind } from "./spec/of-kind.ts";

const HEAD = `# Kinds of nodes

Generated from the bundles of the environments; do not edit. What is on a node after its bundle has been applied, what its packet
filter lets in, which way its packets take, and how far each of its abilities was shown. [Node bundles](../node-bundle.md) says how it
gets there.
`;

/** A row a feature, with the tests that one runs to see it. */
const supportMatrix = (): string => `## How it was shown

${Object.entries(MATURITY)
  .map(([word, meaning]) => `- **${word}**: ${meaning}`)
  .join("\n")}

Nothing is proved live: no run of this project has used an account of a cloud.

| feature | nodes | how it was shown | by |
|---|---|---|---|
${NODE_FEATURES.map(
  ({ feature, nodes, maturity, shownBy }) =>
    `| ${feature} | ${nodes} | ${maturity} | ${shownBy.map((test) => `[\`${nameOf(test)}\`](../../${test})`).join(", ")} |`,
).join("\n")}
`;

const nameOf = (file: string): string => file.split("/").at(-1) ?? file;

/** A page with a section for each kind of node that one of the environments has. */
export function generateNodeReference(
  environments: readonly Pick<Environment, "spec" | "lock">[],
): { path: string; text: string }[] {
  const kinds = new Map<string, NodeFacts>();
  for (const facts of environments.flatMap(factsOf)) {
    const title = titleOf(facts);
    if (!kinds.has(title)) kinds.set(title, facts);
  }
  const sections = [...kinds]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([title, facts]) => section(title, facts));
  return [{ path: "docs/reference/nodes.md", text: [HEAD, supportMatrix(), ...sections].join("\n") }];
}

/** One node of each pool: the others differ in names and addresses alone. */
function factsOf({ spec, lock }: Pick<Environment, "spec" | "lock">): NodeFacts[] {
  const environment = { spec, lock };
  return [
    ...Object.entries(ofKind(spec.pools, "hetzner")).flatMap(([name, pool]) =>
      pool.nodes.slice(0, 1).map((number) => hetznerFacts(environment, name, pool, number)),
    ),
    ...Object.entries(ofKind(spec.pools, "onprem")).flatMap(([name, pool]) =>
      Object.keys(pool.nodes)
        .slice(0, 1)
        .map((id) => onpremFacts(environment, name, pool, id)),
    ),
    ...Object.entries(ofKind(spec.pools, "aws")).map(([name, pool]) => burstFacts(environment, name, pool)),
  ];
}

const PLACES = { hetzner: "at Hetzner", onprem: "in a room of one's own", aws: "at AWS, in bursts" } as const;

function titleOf({ provider, k3s, docker, vault }: NodeFacts): string {
  const runs = k3s === undefined ? (docker === "coolify" ? "Coolify" : "Docker Compose") : `k3s ${k3s.role}`;
  return `${runs}${vault === undefined ? "" : " with Vault"} ${PLACES[provider]}`;
}

function section(title: string, facts: NodeFacts): string {
  const { files, installed } = nodeBundle(facts);
  const lines = (name: string): string[] =>
    (files.find(({ path }) => path === name)?.content ?? "").split("\n").filter((line) => line !== "");
  const releases = lines("versions.txt").map((line) => line.split(" ").slice(0, 2).join(" "));
  return `## ${title}

| | |
|---|---|
| Debian packages | ${lines("packages.txt").join(", ")} |
| releases, by version and SHA-256 | ${releases.join(", ")} |
| files | ${Object.keys(installed)
    .map((path) => `\`${path}\``)
    .join(", ")} |
| units | ${lines("units.txt")
    .map((line) => line.split(" ")[0])
    .join(", ")} |
| routes | ${routesOf(facts)} |

\`\`\`nft
${inputOf(installed["/etc/splitfleet/filter.nft"] ?? "")}
\`\`\`
`;
}

/** Which way packets of other nodes and their pods take. */
function routesOf({ k3s, provider }: NodeFacts): string {
  const mesh =
    provider === "hetzner"
      ? "announces its own private address to the mesh, without SNAT; accepts none from it"
      : "announces none to the mesh; accepts those that others announce";
  if (k3s === undefined) return mesh;
  const overlay = k3s.privateAddress === undefined ? "`tailscale0`" : "the interface of its private address";
  return `${mesh}; pods by VXLAN over ${overlay}, MTU 1230`;
}

/** What the filter says of packets to the node itself. */
const inputOf = (filter: string): string =>
  (/chain input \{\n(.*?)\n {2}\}/s.exec(filter)?.[1] ?? "").replaceAll(/^ {4}/gm, "");
