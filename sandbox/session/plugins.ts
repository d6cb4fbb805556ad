import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
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
 * `bin` with the CLI. Replaces what an earlier session with other tools or versions has left.
 */
export function installPlugins(layout: Layout, packages: readonly ProviderPackage[], tools: Tools): void {
  const plugins = join(layout.pulumiHome, "plugins");
  for (const folder of [plugins, layout.bin]) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  }
  for (const { name, version } of packages) {
    installLauncher(plugins, `resource-${name}-v${version}`, `pulumi-resource-${name}`, [tools.node, LAUNCH, name]);
  }
  if (languagePlugin(tools.pulumi.folder) === "own") {
    installLauncher(plugins, `language-nodejs-v${tools.pulumi.version}`, LANGUAGE_PLUGIN, [tools.node, LANGUAGE_HOST]);
  }
  symlinkSync(tools.pulumi.path, join(layout.bin, "pulumi"));
}

function installLauncher(plugins: string, folder: string, name: string, command: readonly string[]): void {
  mkdirSync(join(plugins, folder));
  const script = `#!/bin/sh\nexec ${command.map(shellQuote).join(" ")} "$@"\n`;
  writeFileSync(join(plugins, folder, name), script, { mode: 0o755 });
}

const shellQuote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, "utf8"));
