import type { Row } from "../../policies/row.ts";
import type { EnvironmentSpec } from "../../stacks/spec/environment.ts";

/**
 * Where an object is written down: the definition of its workload's kind, else the component that makes it. Relative to
 * the project's folder; undefined for what the environment's own program makes outside of any component.
 */
export function definitionFile(row: Row, rows: ReadonlyMap<string, Row>, spec: EnvironmentSpec): string | undefined {
  const kind = spec.workloads[row.labels.workload ?? ""]?.kind;
  if (kind !== undefined) return `components/workloads/${kind}.ts`;
  const [, folder, component] = (rows.get(row.parent)?.type ?? "").split(":");
  return folder === undefined || component === undefined || folder === "pulumi"
    ? undefined
    : `components/${folder}/${kebab(component)}.ts`;
}

/** `TenantNamespace` reads `tenant-namespace`, as its file is called. */
const kebab = (name: string): string => name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, "-").toLowerCase();

/** What the API server objected to: the path in its message; empty where there is none. */
export function fieldIn(message: string): string {
  const [, unknown] = /unknown field "([^"]+)"/.exec(message) ?? [];
  const [, path] = /(?:^|[\s:[])\.?((?:spec|metadata|data|status)\b[^\s:]*):/.exec(message) ?? [];
  return unknown ?? path ?? "";
}
