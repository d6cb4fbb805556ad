import { registerHooks } from "node:module";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { MARKER } from "../plan/against/markdown.ts";
import { environmentNames } from "../stacks/environment-names.ts";

const root = path.join(import.meta.dirname, "..");
const read = (file: string): string => readFileSync(path.join(root, file), "utf8");
const files = globSync(".github/workflows/*.yml", { cwd: root }).toSorted();

// GitHub's parser imports its schema in a way that bundlers know and Node does not.
const hooks = registerHooks({
  load: (url, context, next) =>
    /workflow-parser\/.*\.json$/.test(url)
      ? next(url, { ...context, importAttributes: { type: "json" } })
      : next(url, context),
});
const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = await import("@actions/workflow-parser");
hooks.deregister();

/** What GitHub's own parser has to say against a workflow: unknown keys, contexts, permissions, jobs and days. */
async function complaintsAbout(name: string, content: string): Promise<readonly string[]> {
  const { context, value } = parseWorkflow({ name, content }, new NoOperationTraceWriter());
  if (value !== undefined) await convertWorkflowTemplate(context, value);
  return context.errors.getErrors().map(({ message }) => message);
}

const step = z.looseObject({ uses: z.string().optional(), run: z.string().optional() });
/** A list that only GitHub knows, such as one of the repository's variables. */
const expression = z
  .string()
  .regex(/^\$\{\{.*\}\}$/)
  .transform(() => []);
const workflow = z.looseObject({
  permissions: z.record(z.string(), z.string()),
  concurrency: z.unknown().optional(),
  jobs: z.record(
    z.string(),
    z.looseObject({
      permissions: z.record(z.string(), z.string()),
      concurrency: z.unknown().optional(),
      "timeout-minutes": z.number(),
      strategy: z.looseObject({ matrix: z.record(z.string(), z.union([z.array(z.string()), expression])) }).optional(),
      steps: z.array(step),
    }),
  ),
});

it("has a workflow for plans, deployments, the front end, drift, and sleep and wake", () => {
  expect(files).toEqual(
    ["deploy", "drift", "front-end", "plan", "sleep"].map((name) => `.github/workflows/${name}.yml`),
  );
});

describe.each(files)("%s", (file) => {
  const text = read(file);
  const parsed = workflow.parse(parse(text));
  const jobs = Object.values(parsed.jobs);
  const steps = jobs.flatMap((job) => job.steps);

  it("is what GitHub takes for a workflow", async () => {
    expect(await complaintsAbout(file, text)).toEqual([]);
  });

  it("pins every action to a commit and says which version that is", () => {
    const uses = text.split("\n").filter((line) => /^\s*(?:- )?uses:/.test(line));
    expect(uses).toHaveLength(steps.filter((each) => each.uses !== undefined).length);
    expect(uses.filter((line) => !/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
  });

  it("grants nothing to all, and to each job what it states; ends jobs in time and runs no two on one stack", () => {
    expect(parsed.permissions).toEqual({});
    expect(jobs.filter(({ permissions }) => permissions["contents"] !== "read")).toEqual([]);
    expect(jobs.filter((job) => parsed.concurrency === undefined && job.concurrency === undefined)).toEqual([]);
  });

  it("puts no text of an event into a shell", () => {
    expect(steps.flatMap(({ run = "" }) => run.match(/\$\{\{.*?\}\}/g) ?? [])).toEqual([]);
  });

  it("calls verbs that there are, on environments that there are", () => {
    const { scripts } = z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(read("package.json")));
    const verbs = steps.flatMap(({ run = "" }) =>
      [...run.matchAll(/npm run (?:-s )?([a-z-]+)/g)].map(([, verb]) => verb ?? ""),
    );
    expect(verbs.filter((verb) => !(verb in scripts))).toEqual([]);
    const known = environmentNames(path.join(root, "stacks"));
    const named = jobs.flatMap(({ strategy }) => strategy?.matrix["environment"] ?? []);
    expect(named.filter((environment) => !known.includes(environment))).toEqual([]);
  });
});

it("finds the comment of an earlier push by the first line of the new one", () => {
  expect(MARKER).toMatch(/^<!-- [a-z ]+ -->$/);
  expect(read(".github/workflows/plan.yml")).toContain("marker=$(head -n 1 comment.md)");
});

it.each([
  {
    what: "a key that there is not",
    from: "timeout-minutes:",
    to: "timeout-seconds:",
    says: "Unexpected value 'timeout-seconds'",
  },
  {
    what: "a context that there is not",
    from: "${{ inputs.",
    to: "${{ input.",
    says: "Unrecognized named-value: 'input'",
  },
  {
    what: "a permission that there is not",
    from: "id-token: write",
    to: "id-token: all",
    says: "Unexpected value 'all'",
  },
])("would see $what", async ({ from, to, says }) => {
  const text = read(".github/workflows/deploy.yml").replaceAll(from, to);
  expect((await complaintsAbout("deploy.yml", text)).join("\n")).toContain(says);
});
