import type { Row, Value } from "./row.ts";
import { PROJECT, STACK_TYPE, stackUrn } from "./stack.ts";

/** A row for a rule's examples and tests: of the environment `example`, at the root, without labels or secrets. */
export function exampleRow(
  type: string,
  name: string,
  inputs: { readonly [key: string]: Value },
  more: Partial<Row> = {},
): Row {
  const urn = `urn:pulumi:example::${PROJECT}::${type}::${name}`;
  const defaults = { custom: true, provider: "", labels: {}, secretPaths: [], unknownPaths: [] };
  return { urn, type, name, parent: stackUrn("example"), ...defaults, inputs, ...more };
}

/** The row of the stack `example` itself. */
export const exampleStack: Row = {
  ...exampleRow(STACK_TYPE, `${PROJECT}-example`, {}, { custom: false, parent: "" }),
  urn: stackUrn("example"),
};
