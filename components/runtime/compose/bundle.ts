import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { stringify } from "yaml";
import type { Project } from "./project.ts";
import { systemdUnits } from "./units.ts";

/** Folder of a node in which everything of its compose project is. */
export const PROJECT_ROOT = "/var/lib/splitfleet/compose";

/** A release of a node's compose project as it travels: one line a file, with mode, path and content in base64. */
export interface Bundle {
  readonly text: string;
  /** Name of the release: it changes with any of its files. */
  readonly hash: string;
}

const script = (name: string): string => readFileSync(new URL(`node/${name}`, import.meta.url), "utf8");

const RELEASE = script("release.sh");
const RECEIVE = script("receive.sh");
const RECEIVE_SECRETS = script("receive-secrets.sh");

/** Files of a release by path within its folder. */
export function releaseFiles(project: Project, root: string): Record<string, string> {
  const lines = (of: readonly string[]): string => of.map((line) => `${line}\n`).join("");
  return {
    "bin/release": RELEASE,
    // Debian's docker-compose reads YAML 1.1, to which a bare `no` or `off` is no text.
    "compose.yaml": stringify(project.compose, { version: "1.1", lineWidth: 0, aliasDuplicateObjects: false }),
    "filter.nft": project.filter,
    "secrets.txt": lines(project.secrets),
    "volumes.txt": lines(Object.entries(project.volumes).map(([name, { owner, mode }]) => `${name} ${owner} ${mode}`)),
    "wait-seconds": `${project.waitSeconds}\n`,
    ...Object.fromEntries(Object.entries(project.files).map(([name, content]) => [`files/${name}`, content])),
    ...Object.fromEntries(
      Object.entries(systemdUnits(root, project.tasks)).map(([name, content]) => [`units/${name}`, content]),
    ),
  };
}

export function bundleOf(files: Readonly<Record<string, string>>): Bundle {
  const text = Object.entries(files)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([path, content]) => `${modeOf(path)} ${path} ${Buffer.from(content).toString("base64")}\n`)
    .join("");
  return { text, hash: createHash("sha256").update(text).digest("hex").slice(0, 16) };
}

const modeOf = (path: string): string =>
  path.startsWith("bin/") ? "0700" : path.startsWith("units/") || path.startsWith("files/") ? "0644" : "0600";

/** Command that takes a bundle from its standard input and brings the release up. */
export const receiveCommand = (root: string, hash: string): string => `root=${root}\nhash=${hash}\n${RECEIVE}`;

/** Command that takes secrets from its standard input. */
export const receiveSecretsCommand = (root: string): string => `root=${root}\n${RECEIVE_SECRETS}`;

/** Command that stops the project and leaves its volumes. */
export const removeCommand = (root: string): string => `[ ! -e ${root}/current ] || ${root}/current/bin/release remove`;

/** Secrets as they travel, from their values by place. */
export const secretLines = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([place, value]) => `${place} ${Buffer.from(value).toString("base64")}\n`)
    .join("");
