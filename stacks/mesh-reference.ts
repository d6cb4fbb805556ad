import { PEOPLE } from "../components/mesh/flow.ts";
import { meshGrants } from "../components/mesh/policy.ts";
import { operatorGroup, poolTag } from "../components/mesh/tags.ts";
import type { Environment } from "./environment-file.ts";
import { meshEnvironment } from "./layers/mesh.ts";

const HEAD = `# Who reaches whom over the mesh

Generated from the environments; do not edit. What is not in a table is refused. [The mesh](../mesh.md) says how this comes to be
the tailnet's policy and how that was shown. \`runner\` is the machine that brings the environment up; a range stands for the private
addresses that a pool's nodes announce.
`;

/** A page with a table for each environment. */
export function generateMeshReference(
  environments: readonly Pick<Environment, "spec" | "lock">[],
): { path: string; text: string }[] {
  return [{ path: "docs/reference/mesh.md", text: [HEAD, ...environments.map(section)].join("\n") }];
}

function section(environment: Pick<Environment, "spec" | "lock">): string {
  const mesh = meshEnvironment(environment);
  const named = (selector: string): string => {
    if (selector === PEOPLE) return "people";
    if (selector === operatorGroup(mesh.name)) return "operators";
    if (selector.includes("/")) return `\`${selector}\``;
    const prefix = poolTag(mesh.name, "");
    return selector.startsWith(prefix) ? selector.slice(prefix.length) : "runner";
  };
  const rows = meshGrants([mesh]).map(
    ({ src, dst, ip, why }) =>
      `| ${src.map(named).join(", ")} | ${dst.map(named).join(", ")} | ${ip.join(", ")} | ${why} |`,
  );
  return `## ${mesh.name}\n\n| from | to | port | why |\n|---|---|---|---|\n${rows.join("\n")}\n`;
}
