import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** Version of the installed SDK, which is the plugin's: the engine refuses any other. */
export function installedVersion(packageName: string): string {
  const manifest = require.resolve(`@pulumi/${packageName}/package.json`);
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}
