import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isMap, isScalar, parseDocument, YAMLMap, type Document, type Node } from "yaml";
import { PROJECT, type Layout } from "./layout.ts";

/** Pulumi's own top-level keys, most of which say how secrets are encrypted: not in a rehearsal as in a live run. */
const PULUMI_KEYS = ["encryptionsalt", "secretsprovider", "encryptedkey", "environment"] as const;

export interface SourceFiles {
  /** The environment file; never written. */
  readonly file: string;
  /** Its lock; may not exist. */
  readonly lockFile: string;
}

/** A path below `config:`, such as `["splitfleet:vaultRootToken"]`. */
export type SecretPath = readonly string[];

/**
 * Copies the environment file and its lock to where the rehearsal's CLI may rewrite them. How the copy's own secrets
 * are encrypted is kept from the last copy, and so is each secret; a real secret never gets in. Returns the paths of
 * the secrets that the copy lacks, which the caller sets to made-up values.
 */
export function copyConfig(source: SourceFiles, layout: Layout): readonly SecretPath[] {
  mkdirSync(layout.config, { recursive: true });
  // `stack init` and `config set` know no --config-file: they run in this folder, where the copy has the usual name.
  writeFileSync(`${layout.config}/Pulumi.yaml`, `name: ${PROJECT}\nruntime: nodejs\n`);
  if (existsSync(source.lockFile)) copyFileSync(source.lockFile, layout.lockFile);
  else rmSync(layout.lockFile, { force: true });

  const copy = parseDocument(readFileSync(source.file, "utf8"));
  const last = existsSync(layout.configFile) ? parseDocument(readFileSync(layout.configFile, "utf8")) : undefined;
  for (const key of PULUMI_KEYS) {
    copy.delete(key);
    const kept = last?.get(key);
    if (kept !== undefined) copy.set(key, kept);
  }
  const missing = secretPaths(copy).filter((path) => !keepSecret(copy, last, path));
  for (const path of missing) copy.deleteIn(["config", ...path]);
  writeFileSync(layout.configFile, copy.toString());
  return missing;
}

function keepSecret(copy: Document, last: Document | undefined, path: SecretPath): boolean {
  const kept = last?.getIn(["config", ...path]);
  if (!isSecret(kept)) return false;
  copy.setIn(["config", ...path], kept);
  return true;
}

function secretPaths(document: Document): readonly SecretPath[] {
  const walk = (node: unknown, path: SecretPath): SecretPath[] => {
    if (isSecret(node)) return [path];
    if (!isMap(node)) return [];
    return node.items.flatMap(({ key, value }) => {
      const name = isScalar(key) ? String(key.value) : String(key);
      return walk(value, [...path, name]);
    });
  };
  return walk(document.get("config"), []);
}

/** The CLI writes a secret as a mapping with the one key `secure`. */
const isSecret = (node: unknown): node is YAMLMap<Node, Node> =>
  isMap(node) && node.items.length === 1 && node.has("secure");
