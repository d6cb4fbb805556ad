import { readFileSync } from "node:fs";
import { stringify } from "yaml";
import { type Bundle, bundleOf } from "../../delivery/bundle.ts";
import type { Project } from "./project.ts";
import { systemdUnits } from "./units.ts";

/** Folder of a node in which everything of its compose project is. */
export const PROJECT_ROOT = "/var/lib/splitfleet/compose";

const script = (name: string): string => readFileSync(new URL(`node/${name}`, import.meta.url), "utf8");

const RELEASE = script("release.sh");
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

export const packed = (files: Readonly<Record<string, string>>): Bundle =>
  bundleOf(Object.entries(files).map(([path, content]) => ({ path, mode: modeOf(path), content })));

const modeOf = (path: string): string =>
  path.startsWith("bin/") ? "0700" : path.startsWith("units/") || path.startsWith("files/") ? "0644" : "0600";

/** Command that takes secrets from its standard input. */
export const receiveSecretsCommand = (root: string): string => `root=${root}\n${RECEIVE_SECRETS}`;

/** Command that stops the project and leaves its volumes. */
export const removeCommand = (root: string): string => `[ ! -e ${root}/current ] || ${root}/current/bin/release remove`;

/** Secrets as they travel, from their values by place. */
export const secretLines = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([place, value]) => `${place} ${Buffer.from(value).toString("base64")}\n`)
    .join("");
