import type { Container, SecretReference } from "../../workloads/contract.ts";
import type { PlannedWorkload } from "../../workloads/plan.ts";

/** Place of one value below the node's folder of values: `<workload>/<secret>/<key>`. */
export const valuePath = (reader: string, { workload = reader, secret, key }: SecretReference): string =>
  `${workload}/${secret}/${key}`;

/** What one container reads: variables by name, and files by the path at which it finds them. */
interface SecretUse {
  readonly variables: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
}

/** Places of the values that a container of a workload reads. */
export function secretUse(
  { name, workload }: Pick<PlannedWorkload, "name" | "workload">,
  container: Container,
): SecretUse {
  return {
    variables: Object.fromEntries(
      Object.entries(container.env ?? {}).flatMap(([variable, value]) =>
        typeof value === "string" ? [] : [[variable, valuePath(name, value)]],
      ),
    ),
    files: Object.fromEntries(
      Object.entries(workload.secretFiles ?? {}).map(([path, reference]) => [path, valuePath(name, reference)]),
    ),
  };
}

/** Folder in which the values for one container are laid out anew before each start. */
export const secretsFolder = (root: string, service: string): string => `${root}/secrets/services/${service}`;

/** File of variables of one container; exists only if it reads any. */
export const variablesFile = (root: string, service: string): string => `${secretsFolder(root, service)}/variables.env`;

/** File of one secret on the node, as the container finds it at `path`. */
export const secretFile = (root: string, service: string, path: string): string =>
  `${secretsFolder(root, service)}${path}`;

/** Variable of the node that changes with the content of a container's secret files, so that the container is made anew. */
export const revisionVariable = (service: string): string =>
  `SECRETS_${service.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_")}`;

/**
 * What the node lays out for one container, a line each: `variable <service> <name> <value's place>` or
 * `file <service> <owner's user id> <path> <value's place>`. No value stands in it.
 */
export function layoutLines(service: string, { variables, files }: SecretUse, user: number): string[] {
  return [
    ...Object.entries(variables).map(([variable, place]) => `variable ${service} ${variable} ${place}`),
    ...Object.entries(files).map(([path, place]) => `file ${service} ${user} ${path} ${place}`),
  ];
}
