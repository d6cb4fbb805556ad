import { Document, isMap, isScalar, parseDocument } from "yaml";
import { environmentLock, type EnvironmentLock } from "../../stacks/spec/lock.ts";

const PARTS = ["pools", "images", "binaries"] as const;
/** Parts whose entries stand in alphabetical order; pools stand as they were written. */
const SORTED = ["images", "binaries"] as const;

/** First lines of every lock that `resolve` wrote in full. */
const HEADER = [
  " yaml-language-server: $schema=../docs/reference/lock.schema.json",
  " Written by `npm run resolve`, and committed. Comments of entries that stay are kept.",
].join("\n");

export interface LockTextOptions {
  /** The file as it stands; undefined if there is none yet. */
  readonly text: string | undefined;
  readonly before: Pick<EnvironmentLock, (typeof PARTS)[number]>;
  readonly after: EnvironmentLock;
  /** Comments for values that change, by their place. Of others that change, the old comment goes. */
  readonly reasons: ReadonlyMap<string, string>;
  /** Whether all of the lock was resolved, so that its first lines may say so. */
  readonly complete: boolean;
}

/** The text of a lock: of what stays, every comment and the order are kept. */
export function lockText({ text, before, after, reasons, complete }: LockTextOptions): string {
  const document: Document = text === undefined ? new Document(after) : parseDocument(text);
  if (text !== undefined) {
    document.set("resolvedAt", after.resolvedAt);
    for (const part of PARTS) put(document, [part], before[part], after[part], reasons);
  }
  for (const part of text === undefined ? PARTS : []) comment(document, [part], after[part], reasons);
  for (const part of SORTED) sortKeys(document.get(part));
  if (complete || text === undefined) title(document);
  const written = document.toString({ lineWidth: 0, flowCollectionPadding: false });
  environmentLock.parse(parseDocument(written).toJS());
  return written;
}

type Path = readonly (string | number)[];
type Branch = Readonly<Record<string, unknown>>;

const isBranch = (value: unknown): value is Branch =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Writes what differs, value by value, so that the nodes around it keep their comments. */
function put(
  document: Document,
  path: Path,
  before: unknown,
  after: unknown,
  reasons: LockTextOptions["reasons"],
): void {
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    for (const [index, item] of after.entries()) put(document, [...path, index], before[index], item, reasons);
  } else if (isBranch(before) && isBranch(after)) {
    for (const key of Object.keys(before)) if (!(key in after)) document.deleteIn([...path, key]);
    for (const [key, value] of Object.entries(after)) put(document, [...path, key], before[key], value, reasons);
    const node = document.getIn(path, true);
    if (isMap(node)) node.flow = false;
  } else if (before !== after) {
    const wanted = typeof after === "object" ? document.createNode(after) : after;
    document.setIn(path, wanted);
    comment(document, path, after, reasons);
  }
}

function comment(document: Document, path: Path, value: unknown, reasons: LockTextOptions["reasons"]): void {
  if (isBranch(value)) {
    for (const [key, item] of Object.entries(value)) comment(document, [...path, key], item, reasons);
    return;
  }
  const node = document.getIn(path, true);
  if (!isScalar(node)) return;
  const reason = reasons.get(path.join("."));
  node.comment = reason === undefined ? null : ` ${reason}`;
}

function sortKeys(map: unknown): void {
  if (isMap(map)) map.items.sort((a, b) => (String(a.key) < String(b.key) ? -1 : 1));
}

/** The lines above the first key belong to that key. */
function title(document: Document): void {
  const first = isMap(document.contents) ? document.contents.items[0]?.key : undefined;
  document.commentBefore = isScalar(first) ? null : HEADER;
  if (isScalar(first)) first.commentBefore = HEADER;
}
