import { registerHooks } from "node:module";

/**
 * Imported before anything of Pulumi, this makes the imports of a plan three times as fast: it leaves out what the SDK
 * loads to turn JavaScript functions into cloud functions (the TypeScript compiler, readers of npm packages) and to
 * drive its CLI (the Automation API), and what the Kubernetes package loads to read manifests. No resource of this
 * project is made of a function or a manifest; one that were would fail with the error below.
 */
const LEFT_OUT: ReadonlySet<string> = new Set([
  "typescript/lib/typescript.js",
  "@npmcli/arborist/lib/index.js",
  "normalize-package-data/lib/normalize.js",
  "@pulumi/pulumi/automation/index.js",
  "js-yaml/index.js",
  "glob/dist/commonjs/index.js",
]);

/** Zod's messages in fifty other languages. */
const LOCALES = "zod/v4/locales/index.js";

const PACKAGES = "/node_modules/";

const nothing = (file: string): string => `
module.exports = new Proxy({}, {
  get(_target, key) {
    if (key === "__esModule") return undefined;
    throw new Error("A plan can not use ${file}, which it leaves out: see plan/recorder/lean-sdk.ts.");
  },
});`;

registerHooks({
  load: (url, context, nextLoad) => {
    const file = url.slice(url.lastIndexOf(PACKAGES) + PACKAGES.length);
    if (file === LOCALES) return { format: "module", shortCircuit: true, source: "export {};" };
    return LEFT_OUT.has(file)
      ? { format: "commonjs", shortCircuit: true, source: nothing(file) }
      : nextLoad(url, context);
  },
});
