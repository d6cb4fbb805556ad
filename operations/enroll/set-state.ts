import { isMap, isScalar, parseDocument } from "yaml";
import { NAMESPACE } from "../../stacks/namespace.ts";

export type NodeStateWord = "declared" | "enrolled" | "lost";

/**
 * The text of an environment file with another state for one node: every other character stays as it is.
 *
 * @throws Error if the node does not stand in the text; a checked environment has it.
 */
export function withState(text: string, pool: string, id: string, state: NodeStateWord): string {
  const document = parseDocument(text, { keepSourceTokens: true, stringKeys: true });
  const node = document.getIn(["config", `${NAMESPACE}:pools`, pool, "nodes", id], true);
  const value = isMap(node) ? node.get("state", true) : undefined;
  if (!isScalar(value) || value.range === undefined || value.range === null) {
    throw new Error(`pools.${pool}.nodes.${id}.state does not stand in the file as a plain value`);
  }
  const [start, end] = value.range;
  return `${text.slice(0, start)}${state}${text.slice(end)}`;
}
