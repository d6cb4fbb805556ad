/** Place within a document, from the top: keys of mappings, indices of lists. */
export type Path = readonly (string | number)[];

/** One thing that is wrong with an environment file or its lock, complete enough to be put right from the report alone. */
export interface Problem {
  readonly file: string;
  /** Counted from 1; absent where only values were at hand, as in the engine's program. */
  readonly line?: number;
  readonly column?: number;
  /** Such as `pools.inference.serverTypes[0]`; empty for the document as a whole. */
  readonly path: string;
  readonly got: string;
  readonly expected: string;
  /** The valid name that the one found was probably meant to be. */
  readonly nearest?: string;
  /** The next step, where it is not simply to write what was expected. */
  readonly fix?: string;
}

/** A problem of a document before anybody looked up where in the file its place is. */
export interface Complaint {
  readonly path: Path;
  /** True if the place is in the lock rather than in the environment file. */
  readonly inLock?: boolean;
  /** True if the place meant is the key itself, as with one that does not exist. */
  readonly atKey?: boolean;
  readonly got: string;
  readonly expected: string;
  readonly nearest?: string | undefined;
  readonly fix?: string | undefined;
}

/** Thrown for a document that can not be used. The message is the whole report, all problems of all files in one. */
export class SpecError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const sorted = arrange(problems);
    super(report(sorted));
    this.name = "SpecError";
    this.problems = sorted;
    // The engine prints an error's stack: where the loader stands is no help to somebody who mistyped a key.
    this.stack = this.message;
  }
}

/** `["pools", "a b", 0]` becomes `pools["a b"][0]`. */
export const formatPath = (path: Path): string =>
  path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    if (!/^[\w:/-]+$/.test(part)) return `${text}[${JSON.stringify(part)}]`;
    return text === "" ? part : `${text}.${part}`;
  }, "");

/** A complaint about a file whose text is not at hand, so that only its path can be named. */
export const unplaced = ({ path, got, expected, nearest, fix }: Complaint, file: string): Problem => ({
  file,
  path: formatPath(path),
  got,
  expected,
  ...(nearest === undefined ? {} : { nearest }),
  ...(fix === undefined ? {} : { fix }),
});

/** By file as first met, then by position; what is said twice of one place is kept once. */
function arrange(problems: readonly Problem[]): Problem[] {
  const files = [...new Set(problems.map((problem) => problem.file))];
  const seen = new Set<string>();
  return problems
    .filter((problem) => {
      const key = JSON.stringify([problem.file, problem.path, problem.got, problem.expected]);
      return seen.has(key) ? false : seen.add(key);
    })
    .sort(
      (left, right) =>
        files.indexOf(left.file) - files.indexOf(right.file) ||
        (left.line ?? 0) - (right.line ?? 0) ||
        (left.column ?? 0) - (right.column ?? 0) ||
        left.path.localeCompare(right.path, "en"),
    );
}

function report(problems: readonly Problem[]): string {
  const byFile = Map.groupBy(problems, (problem) => problem.file);
  return [...byFile]
    .map(([file, list]) =>
      [`${file}: ${list.length} ${list.length === 1 ? "problem" : "problems"}`, ...list.map(paragraph)].join("\n\n"),
    )
    .join("\n\n");
}

function paragraph(problem: Problem): string {
  const place = problem.line === undefined ? "" : `${problem.line}:${problem.column ?? 1}`;
  const head = [problem.path, place].filter((part) => part !== "").join(" at ");
  const rows: [string, string | undefined][] = [
    ["got", problem.got],
    ["expected", problem.expected],
    ["did you mean", problem.nearest],
    ["fix", problem.fix],
  ];
  const lines = rows.flatMap(([label, text]) => (text === undefined ? [] : [indent(label, text)]));
  return (head === "" ? lines : [`  ${head}`, ...lines]).join("\n");
}

const LABEL_WIDTH = "did you mean".length;
const MARGIN = " ".repeat(4 + LABEL_WIDTH + 2);
const WIDTH = 100;

/** Long text is wrapped; what follows its first line, such as a table, keeps its shape. */
function indent(label: string, text: string): string {
  const [first = "", ...rest] = text.split("\n");
  return `    ${label.padEnd(LABEL_WIDTH)}  ${[...wrap(first, WIDTH - MARGIN.length), ...rest].join(`\n${MARGIN}`)}`;
}

function wrap(text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1) ?? "";
    if (line === "") lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
