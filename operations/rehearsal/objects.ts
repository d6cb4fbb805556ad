import { z } from "zod";
import type { Diagnostic } from "../../sandbox/session/events.ts";
import type { StateResource } from "../../sandbox/session/state.ts";
import { type Row, UNKNOWN, type Value } from "../../policies/row.ts";
import type { EnvironmentSpec } from "../../stacks/spec/environment.ts";
import { definitionFile, fieldIn } from "./definition.ts";
import type { ObjectReport, RehearsalReport } from "./report.ts";

/** What the engine has said and done in one run. */
export interface RunFindings {
  readonly diagnostics: readonly Diagnostic[];
  /** The stack's state afterwards. */
  readonly resources: readonly StateResource[];
}

const isObject = ({ type, custom }: Row): boolean => custom && type.startsWith("kubernetes:");

/** Every Kubernetes resource of the plan with what became of it. */
export function objectReports(
  rows: readonly Row[],
  { diagnostics, resources }: RunFindings,
  spec: EnvironmentSpec,
): ObjectReport[] {
  const existing = new Map(resources.filter(({ id }) => id !== undefined).map((resource) => [resource.urn, resource]));
  const errors = errorsByUrn(diagnostics);
  const byUrn = new Map(rows.map((row) => [row.urn, row]));
  const failed = rows.filter(({ urn }) => errors.has(urn));
  return rows.filter(isObject).map((row): ObjectReport => {
    const resource = existing.get(row.urn);
    const about = { urn: row.urn, ...identityOf(row) };
    const error = errors.get(row.urn);
    if (resource !== undefined) {
      return { ...about, state: "accepted", reason: initErrors(resource).join("; "), definition: null };
    }
    if (error === undefined) {
      return { ...about, state: "not-tried", reason: waitingFor(row, failed), definition: null };
    }
    const file = definitionFile(row, byUrn, spec);
    const definition = file === undefined ? null : { file, field: fieldIn(error) };
    return { ...about, state: "refused", reason: error, definition };
  });
}

/** What was said against anything but a Kubernetes object; of a program that failed, what it said at all. */
export function problemReports(rows: readonly Row[], { diagnostics }: RunFindings): RehearsalReport["problems"] {
  const objects = new Set(rows.filter(isObject).map(({ urn }) => urn));
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const about = [...errorsByUrn(diagnostics)].filter(([urn]) => !objects.has(urn));
  if (errors.some(({ urn }) => urn !== "" && urn !== stackOf(rows))) {
    return about.filter(([urn]) => urn !== stackOf(rows)).map(([urn, message]) => ({ urn, message }));
  }
  return errors.map(({ urn, message }) => ({ urn, message: message.trim() }));
}

const stackOf = (rows: readonly Row[]): string | undefined =>
  rows.find(({ type }) => type === "pulumi:pulumi:Stack")?.urn;

/** Without the engine's own frame around one or several errors. */
function errorsByUrn(diagnostics: readonly Diagnostic[]): ReadonlyMap<string, string> {
  const errors = diagnostics.filter(({ severity, urn }) => severity === "error" && urn !== "");
  return new Map(
    [...Map.groupBy(errors, ({ urn }) => urn)].map(([urn, said]) => [
      urn,
      said
        .map(({ message }) =>
          message
            .replace(/^\d+ errors? occurred:/, "")
            .replaceAll(/^\s*\* /gm, "")
            .trim(),
        )
        .join("; "),
    ]),
  );
}

const withInitErrors = z.object({ initErrors: z.array(z.string()).default([]) });
const initErrors = (resource: StateResource): readonly string[] => withInitErrors.parse(resource).initErrors;

function waitingFor(row: Row, failed: readonly Row[]): string {
  const near = failed.filter(({ parent }) => parent === row.parent);
  const names = (near.length > 0 ? near : failed).map(({ name }) => name);
  return names.length === 0 ? "the run ended before it" : `it comes after ${names.join(", ")}`;
}

function identityOf({ type, name, inputs }: Row): Pick<ObjectReport, "kind" | "namespace" | "name"> {
  const metadata = inputs["metadata"];
  const own = isMapping(metadata) ? metadata : inputs;
  const text = (value: Value | undefined): string | undefined =>
    typeof value === "string" && value !== UNKNOWN ? value : undefined;
  return {
    kind: type.split(":").at(-1) ?? "",
    namespace: text(own["namespace"]) ?? "",
    name: text(own["name"]) ?? name,
  };
}

const isMapping = (value: Value | undefined): value is { readonly [key: string]: Value } =>
  typeof value === "object" && value !== null && !Array.isArray(value);
