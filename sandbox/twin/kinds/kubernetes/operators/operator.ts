import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { goModuleFolder, type GoModule } from "../../../../toolchain/go-module.ts";
import type { Properties } from "../../../protocol/values.ts";

/** A Helm release as the program asks for it. */
export interface Release {
  readonly name: string;
  readonly namespace: string;
  readonly chart: string;
  readonly version: string;
  readonly values: Properties;
}

/** What stands in for an operator in a rehearsal: its real definitions, and objects like those that its chart makes. */
export interface Operator {
  readonly chart: string;
  readonly version: string;
  /** Definitions of its custom resources. */
  readonly definitions: () => Promise<Properties[]>;
  /**
   * What the chart makes of a release and takes room, passes admission or must fit a definition.
   *
   * @throws Error for values that the stand-in does not know, so that none is left out without a word.
   */
  readonly objects: (release: Release) => Properties[];
  /** By `apiVersion/kind`, what the operator makes of a custom resource and takes room. */
  readonly makes?: Readonly<Record<string, (resource: Properties) => Properties[]>>;
}

const releaseInputs = z.looseObject({
  name: z.string(),
  namespace: z.string().default("default"),
  // Of an OCI reference, the last part names the chart.
  chart: z.string().transform((chart) => chart.split("/").at(-1) ?? chart),
  version: z.string().default(""),
  values: z.record(z.string(), z.json()).default({}),
});

export function readRelease(inputs: Properties): Release {
  return releaseInputs.parse(inputs);
}

/** Values of a release under the chart's own schema. */
export function readValues<Values>(release: Release, schema: z.ZodType<Values>): Values {
  const result = schema.safeParse(release.values);
  if (result.success) return result.data;
  throw new Error(
    `the rehearsal's stand-in for ${release.chart} does not know these values of release ${release.name}:\n` +
      `${z.prettifyError(result.error)}\n` +
      "Add them where sandbox/twin/kinds/kubernetes/operators/ describes the chart.",
  );
}

/** Helm's usual name for what a release makes. */
export function fullName({ name, chart }: Release): string {
  return (name.includes(chart) ? name : `${name}-${chart}`).slice(0, 63).replace(/-$/, "");
}

/** Helm merges what a release says into the chart's own maps. */
export const mapWith = (own: Readonly<Record<string, string>> = {}) =>
  z
    .record(z.string(), z.string())
    .prefault({})
    .transform((given) => ({ ...own, ...given }));

/** As {@link mapWith}, for security contexts. */
export const contextWith = (own: Properties) =>
  z
    .record(z.string(), z.json())
    .prefault({})
    .transform((given): Properties => ({ ...own, ...given }));

export const resourcesWith = (requests: Readonly<Record<string, string>>, limits: Readonly<Record<string, string>>) =>
  z.strictObject({ requests: mapWith(requests), limits: mapWith(limits) }).prefault({});

/** Pods that a chart makes by a Deployment. */
export interface DeployedPods {
  readonly name: string;
  /** Beside {@link instanceLabels}. */
  readonly labels?: Properties;
  readonly replicas: number;
  readonly nodeSelector: Properties;
  readonly priorityClassName?: string;
  readonly securityContext: Properties;
  readonly containers: readonly Properties[];
}

/** What charts select the pods of a release by. */
export const instanceLabels = ({ name, chart }: Release): Properties => ({
  "app.kubernetes.io/name": chart,
  "app.kubernetes.io/instance": name,
});

/** A Deployment, with the account that its pods have for themselves. */
export function deployed(release: Release, pods: DeployedPods): Properties[] {
  const { name, replicas, nodeSelector, priorityClassName = "", securityContext, containers } = pods;
  const labels = { ...instanceLabels(release), "app.kubernetes.io/component": name, ...pods.labels };
  const metadata = { name, namespace: release.namespace, labels };
  const pod: Properties = {
    serviceAccountName: name,
    nodeSelector,
    ...(priorityClassName === "" ? {} : { priorityClassName }),
    securityContext,
    containers: [...containers],
  };
  const spec: Properties = {
    replicas,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: pod },
  };
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    { apiVersion: "apps/v1", kind: "Deployment", metadata, spec },
  ];
}

/** All definitions in a folder of YAML files of a Go module. */
export async function definitionsOf(module: GoModule, folder: string): Promise<Properties[]> {
  const source = await goModuleFolder(module, folder);
  const files = (await readdir(source)).filter((name) => name.endsWith(".yaml")).sort();
  const texts = await Promise.all(files.map((name) => readFile(path.join(source, name), "utf8")));
  return texts
    .flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as Properties | null))
    .filter((document) => document !== null)
    .filter(({ kind }) => kind === "CustomResourceDefinition");
}
