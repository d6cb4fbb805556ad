import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Layout } from "./layout.ts";

const LAUNCH = fileURLToPath(new URL("../twin/launch.cjs", import.meta.url));
const LANGUAGE_HOST = fileURLToPath(new URL("../language-host/main.ts", import.meta.url));
const LANGUAGE_PLUGIN = "pulumi-language-nodejs";

const projectManifest = z.object({ dependencies: z.record(z.string(), z.string()).default({}) });
const packageManifest = z.object({
  version: z.string(),
  pulumi: z.object({ resource: z.boolean().default(false), name: z.string().optional() }).optional(),
});

/** A package whose resources the engine asks a plugin for. The engine takes a plugin of exactly this version. */
export interface ProviderPackage {
  readonly name: string;
  readonly version: string;
}

/** The provider packages among the dependencies that `package.json` in `root` names. */
export function providerPackages(root: string): readonly ProviderPackage[] {
  const { dependencies } = projectManifest.parse(readJson(join(root, "package.json")));
  return Object.keys(dependencies).flatMap((dependency) => {
    if (!dependency.startsWith("@pulumi/")) return [];
    const manifest = packageManifest.parse(readJson(join(root, "node_modules", dependency, "package.json")));
    if (manifest.pulumi?.resource !== true) return [];
    return [{ name: manifest.pulumi.name ?? dependency.slice("@pulumi/".length), version: manifest.version }];
  });
}

export interface Tools {
  /** The resolved Pulumi CLI: its executable, the folder it stands in, its version. */
  readonly pulumi: { readonly path: string; readonly folder: string; readonly version: string };
  readonly node: string;
}

/**
 * Which language plugin serves the program: the official one where the CLI's folder has it (the engine finds it by
 * itself), else this project's.
 */
export function languagePlugin(pulumiFolder: string): "official" | "own" {
  return existsSync(join(pulumiFolder, LANGUAGE_PLUGIN)) ? "official" : "own";
}

/**
 * Fills the session's PULUMI_HOME with one launcher a provider package and, where needed, the language host, and its
 * `bin` with the CLI. What is right already is left alone, so that a second session does not disturb a running engine;
 * what an earlier session with other tools or versions has left is removed.
 */
export function installPlugins(layout: Layout, packages: readonly ProviderPackage[], tools: Tools): void {
  const { pulumi, node } = tools;
  const launchers = new Map<string, Launcher>(
    packages.map(({ name, version }) => [
      `resource-${name}-v${version}`,
      { name: `pulumi-resource-${name}`, command: [node, LAUNCH, name] },
    ]),
  );
  if (languagePlugin(pulumi.folder) === "own") {
    launchers.set(`language-nodejs-v${pulumi.version}`, languageHost(node));
  }
  const plugins = join(layout.pulumiHome, "plugins");
  mkdirSync(plugins, { recursive: true });
  for (const entry of readdirSync(plugins)) {
    if (!launchers.has(entry)) rmSync(join(plugins, entry), { recursive: true });
  }
  for (const [folder, launcher] of launchers) installLauncher(join(plugins, folder), launcher);

  mkdirSync(layout.bin, { recursive: true });
  const link = join(layout.bin, "pulumi");
  if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) {
    if (readlinkSync(link) === pulumi.path) return;
    rmSync(link);
  }
  symlinkSync(pulumi.path, link);
}

/** Puts this project's language host into a folder for PATH; for a live run with a CLI that lacks the official one. */
export function installLanguageHost(folder: string, node: string): void {
  installLauncher(folder, languageHost(node));
}

const languageHost = (node: string): Launcher => ({ name: LANGUAGE_PLUGIN, command: [node, LANGUAGE_HOST] });

interface Launcher {
  readonly name: string;
  readonly command: readonly string[];
}

function installLauncher(folder: string, { name, command }: Launcher): void {
  const file = join(folder, name);
  const script = `#!/bin/sh\nexec ${command.map(shellQuote).join(" ")} "$@"\n`;
  if (existsSync(file) && readFileSync(file, "utf8") === script) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, script, { mode: 0o755 });
}

const shellQuote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, "utf8"));
