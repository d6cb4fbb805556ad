import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

/** One file of a release. */
export interface BundleFile {
  /** Within the release's folder. */
  readonly path: string;
  /** As `chmod` takes it, such as `0600`. */
  readonly mode: string;
  readonly content: string;
}

/** A release as it travels to a node: one line a file, with mode, path and content in base64. */
export interface Bundle {
  readonly text: string;
  /** Name of the release: it changes with any of its files. */
  readonly hash: string;
}

const RECEIVE = readFileSync(new URL("receive.sh", import.meta.url), "utf8");

/** Packs a release. It has to hold `bin/release`, which is called with `apply` when everything is in its place. */
export function bundleOf(files: readonly BundleFile[]): Bundle {
  const text = files
    .toSorted((left, right) => (left.path < right.path ? -1 : 1))
    .map(({ path, mode, content }) => `${mode} ${path} ${Buffer.from(content).toString("base64")}\n`)
    .join("");
  return { text, hash: createHash("sha256").update(text).digest("hex").slice(0, 16) };
}

/**
 * Command for a node that takes a bundle from its standard input and hands over to it.
 *
 * @param root Folder of the node that keeps releases of one kind.
 */
export const receiveCommand = (root: string, hash: string): string => `root=${root}\nhash=${hash}\n${RECEIVE}`;
