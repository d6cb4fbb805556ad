import { z } from "zod";
import { toRow } from "../../plan/recorder/normalise.ts";
import type { Row } from "../../policies/row.ts";
import { PROJECT, STACK_TYPE, stackUrn } from "../../policies/stack.ts";
import { exportedStack, type StateResource } from "../../sandbox/session/state.ts";
import { InputError } from "../errors.ts";

/** A stack's state as rules and prices look at it. */
export interface StateRows {
  /** Sorted by URN. */
  readonly rows: readonly Row[];
  /** Day on which each resource was created, by URN: an order keeps the price of its day. */
  readonly orderedOn: ReadonlyMap<string, string>;
  /** Operations that were cut off; what they may have made is not among the rows. */
  readonly pending: number;
}

const EXPORT = "`pulumi stack export --stack";

/**
 * Reads what `pulumi stack export` writes.
 *
 * @param text The whole export; encrypted secrets count as unknown.
 * @param source What problems call it, such as the file's name.
 * @param environment Name of the stack that it has to be of.
 * @throws InputError for a text that is cut off, of another shape or of another stack.
 */
export function stateRows(text: string, source: string, environment: string): StateRows {
  const { resources = [], pending_operations: pending = [] } = parse(text, source, environment).deployment;
  const kept = resources.filter((resource) => resource.delete !== true);
  const stack = kept.find(({ type }) => type === STACK_TYPE);
  if (stack === undefined) {
    throw new InputError(
      `${source}: holds ${kept.length} resources and no stack among them; expected the stack itself and what it has. ` +
        `Nothing is up, or it is no state of this project. Export it anew with ${EXPORT} ${environment}\`.`,
    );
  }
  if (stack.urn !== stackUrn(environment)) {
    throw new InputError(
      `${source}: is the state of ${stack.urn}; expected ${stackUrn(environment)}. ` +
        `Name the environment that it belongs to, or export this one with ${EXPORT} ${environment}\`.`,
    );
  }
  const rows = kept.map(rowOf).toSorted((a, b) => (a.urn < b.urn ? -1 : 1));
  const days = kept.flatMap(({ urn, created }) =>
    created === undefined ? [] : [[urn, created.slice(0, 10)] as const],
  );
  return { rows, orderedOn: new Map(days), pending: pending.length };
}

const rowOf = ({ urn, type, parent = "", provider = "", custom, inputs = {} }: StateResource): Row =>
  toRow({ urn, type, name: urn.split("::").at(-1) ?? urn, parent, provider, custom, properties: inputs });

function parse(text: string, source: string, environment: string): z.infer<typeof exportedStack> {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    const how = error instanceof Error ? error.message.replace(/,? ?(?:\.\.\.)?"[^]*$/, "") : "";
    throw new InputError(
      `${source}: ${text.length} characters that are no whole JSON document (${how.trim()}); it was cut off or is ` +
        `another file. Export it anew with ${EXPORT} ${environment}\`.`,
    );
  }
  const parsed = exportedStack.safeParse(content);
  if (parsed.success && parsed.data.version === SUPPORTED_VERSION) return parsed.data;
  const wrong = parsed.success
    ? [`version: got ${parsed.data.version}, expected ${SUPPORTED_VERSION}`]
    : parsed.error.issues.map(({ path, message }) => `${z.core.toDotPath(path) || "the file"}: ${message}`);
  throw new InputError(
    `${source}: is not what \`pulumi stack export\` writes of the project ${PROJECT}:\n` +
      `${wrong.map((line) => `  ${line}`).join("\n")}\n` +
      `Export it with ${EXPORT} ${environment} --file <path>\`.`,
  );
}

/** Of the format of exported states; a newer one may mean something else by the same names. */
const SUPPORTED_VERSION = 3;
