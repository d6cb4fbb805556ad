import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Node,
  type Pair,
  type YAMLError,
} from "yaml";
import { readByPulumi } from "./pulumi-scalars.ts";
import { unplaced, type Complaint, type Path, type Problem } from "./problems.ts";

/** A YAML file as plain data that remembers where everything stood. */
export interface YamlDocument {
  /** Empty if the text could not be read; `problems` then says why. */
  readonly value: Readonly<Record<string, unknown>>;
  /** What is wrong with the text, whatever it should say. */
  readonly problems: readonly Problem[];
  /** Gives a complaint its file and position. `from` is its path from the top of the file, where that differs. */
  place(complaint: Complaint, from?: Path): Problem;
}

export interface YamlOptions {
  /** Whether Pulumi reads the file as well, so that it has to mean the same to both. @default false */
  readonly sharedWithPulumi?: boolean;
}

/** Reads a file that holds one mapping. Never throws. */
export function readYaml(file: string, text: string, { sharedWithPulumi = false }: YamlOptions = {}): YamlDocument {
  const lines = new LineCounter();
  // Duplicate keys are reported below, where their path is known.
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    uniqueKeys: false,
  });
  const root = document.contents;
  const at = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const place = (complaint: Complaint, from: Path = complaint.path): Problem => ({
    ...unplaced(complaint, file),
    ...at(offsetOf(root, from, complaint.atKey ?? false)),
  });
  const unreadable = (offset: number, got: string, expected: string): YamlDocument => ({
    value: {},
    problems: [{ file, ...at(offset), path: "", got, expected }],
    place,
  });

  const [syntax] = [...document.errors, ...document.warnings];
  if (syntax !== undefined) return unreadable(syntax.pos[0], sentence(syntax), "one well-formed YAML document");
  if (root === null) return unreadable(0, "an empty file", "a mapping");
  if (!isMap(root)) return unreadable(0, isSeq(root) ? "a list" : "a single value", "a mapping");

  const shared = sharedWithPulumi ? [...ambiguities(root, [])] : [];
  const problems = [...complaintsAbout(root, []), ...shared].map((complaint) => place(complaint));
  return { value: problems.length > 0 ? {} : document.toJS(), problems, place };
}

const sentence = (error: YAMLError): string =>
  error.code === "MULTIPLE_DOCS" ? "a second document" : (error.message.split("\n", 1)[0] ?? error.code);

const keyOf = (pair: Pair): string => (isScalar(pair.key) ? String(pair.key.value) : String(pair.key));

/** What YAML allows and a file that two programs read and one rewrites had better not contain. */
function* complaintsAbout(node: unknown, path: Path): Iterable<Complaint> {
  if (isAlias(node)) {
    yield { path, got: `the alias *${node.source}`, expected: "the value itself, written out" };
  } else if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) yield* complaintsAbout(item, [...path, index]);
  } else if (isMap(node)) {
    const keys = new Set<string>();
    for (const pair of node.items) {
      const key = keyOf(pair);
      const place = { path: [...path, key], atKey: true } as const;
      if (key === "<<") yield { ...place, got: "a merge key", expected: "the keys themselves, written out" };
      else if (keys.has(key)) yield { ...place, got: "the same key a second time", expected: "each key once" };
      else yield* complaintsAbout(pair.value, place.path);
      keys.add(key);
    }
  }
}

/** Unquoted values that Pulumi reads as something else. */
function* ambiguities(node: unknown, path: Path): Iterable<Complaint> {
  if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) yield* ambiguities(item, [...path, index]);
  } else if (isMap(node)) {
    for (const pair of node.items) yield* ambiguities(pair.value, [...path, keyOf(pair)]);
  } else if (isScalar(node) && node.type === "PLAIN" && node.source !== undefined) {
    const reads = readByPulumi(node.source);
    if (reads === undefined) return;
    const got = `${node.source} without quotes, which Pulumi reads as ${reads}`;
    yield { path, got, expected: "a text in quotes, or a plain decimal number" };
  }
}

/**
 * Offset of the value at a path. Where only the way to it exists, the last key on that way: there is where the missing
 * part belongs. Of a key that stands twice, the second.
 */
function offsetOf(root: unknown, path: Path, atKey: boolean): number {
  let offset = 0;
  let node = root;
  for (const [depth, part] of path.entries()) {
    const last = depth === path.length - 1;
    if (isMap(node)) {
      const pair: Pair | undefined = node.items.findLast((candidate) => keyOf(candidate) === part);
      if (pair === undefined) break;
      const key = start(pair.key) ?? offset;
      const inline = last && !atKey && isScalar(pair.value) && pair.value.value !== null;
      offset = inline ? (start(pair.value) ?? key) : key;
      node = pair.value;
    } else if (isSeq(node) && typeof part === "number" && node.items[part] !== undefined) {
      node = node.items[part];
      offset = start(node) ?? offset;
    } else break;
  }
  return offset;
}

const start = (node: unknown): number | undefined => (node as Node | null)?.range?.[0];
