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
}

const releaseInputs = z.looseObject({
  name: z.string(),
  namespace: z.string().default("default"),
  chart: z.string(),
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
