import type { MeshEnvironment } from "./flow.ts";
import { meshGrants, meshPolicy } from "./policy.ts";

/** The policy file of a tailnet, in HuJSON: one entry a line, and each grant with why it is there. */
export function policyFile(environments: readonly MeshEnvironment[]): string {
  const reasons = meshGrants(environments).map(({ why }) => `    // ${why}\n`);
  const sections = Object.entries(meshPolicy(environments)).map(([section, content]) => {
    const isList = Array.isArray(content);
    const entries = Object.entries<unknown>(content).map(([key, entry], index) => {
      const reason = section === "grants" ? reasons[index] : "";
      return `${reason}    ${isList ? "" : `${JSON.stringify(key)}: `}${JSON.stringify(entry)}`;
    });
    const [open, close] = isList ? "[]" : "{}";
    return `  ${JSON.stringify(section)}: ${open}${entries.length === 0 ? "" : `\n${entries.join(",\n")}\n  `}${close}`;
  });
  const names = environments.map(({ name }) => name).join(", ");
  return `// Made from the environments ${names}: a change belongs there.\n{\n${sections.join(",\n")}\n}\n`;
}
