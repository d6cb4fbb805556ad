import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

/** What is asked of a workflow's file: an id of its own, so that an import replaces it, and nodes that are connected. */
const workflow = z.looseObject({
  id: z.string().regex(/^[A-Za-z0-9]{4,36}$/),
  name: z.string(),
  nodes: z.array(z.looseObject({ id: z.string(), name: z.string(), type: z.string() })).min(1),
  connections: z.record(
    z.string(),
    z.record(z.string(), z.array(z.array(z.looseObject({ node: z.string() })).nullable())),
  ),
});

export interface WorkflowFile {
  readonly id: string;
  /** Within its folder. */
  readonly file: string;
  readonly text: string;
}

const SHIPPED = path.join(import.meta.dirname, "workflows");

/**
 * The workflows that come with Splitfleet, and those of a folder.
 *
 * @param folder From the project's root.
 * @throws Error naming the file and what is wrong with it
 */
export function workflowFiles(folder: string | undefined): readonly WorkflowFile[] {
  const own = folder === undefined ? [] : workflowsIn(path.resolve(import.meta.dirname, "../../..", folder));
  const all = [...workflowsIn(SHIPPED), ...own];
  const twice = all.find(({ id, file }) => all.some((other) => other.file !== file && other.id === id));
  if (twice !== undefined) throw new Error(`${twice.file} has the id ${twice.id}, which another workflow has as well`);
  return all;
}

const workflowsIn = (folder: string): WorkflowFile[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file) => {
      const text = readFileSync(path.join(folder, file), "utf8");
      return { id: checkedId(file, text), file, text };
    });

function checkedId(file: string, text: string): string {
  const { data, error } = workflow.safeParse(JSON.parse(text));
  if (data === undefined) throw new Error(`${file}: ${z.prettifyError(error)}`);
  const names = new Set(data.nodes.map(({ name }) => name));
  const targets = Object.values(data.connections).flatMap((outputs) => Object.values(outputs).flat(2));
  const unknown = [...Object.keys(data.connections), ...targets.flatMap((target) => target?.node ?? [])].find(
    (name) => !names.has(name),
  );
  if (unknown !== undefined) throw new Error(`${file}: a connection names the node ${unknown}, which it does not have`);
  return data.id;
}

/** Imports credentials and workflows; n8n switches every workflow off as it imports it. @param folder Where the files are. */
export const importScript = (folder: string, workflows: readonly { readonly id: string }[]): string =>
  [
    `node ${folder}/import.mjs /tmp/credentials.json`,
    "n8n import:credentials --input=/tmp/credentials.json",
    "rm /tmp/credentials.json",
    `n8n import:workflow --separate --input=${folder}/workflows`,
    ...workflows.map(({ id }) => `n8n publish:workflow --id=${id}`),
  ].join("\n");
