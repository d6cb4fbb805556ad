import path from "node:path";
import { Command } from "commander";
import { RefusedError, writeWorkload } from "./new-workload/files.ts";

const root = path.join(import.meta.dirname, "..");
const command = new Command("npm run new-workload --")
  .description("Write the definition of a new kind of workload, ready to fill in, with its test.")
  .argument("<name>", "the kind: lower-case words with hyphens, such as object-store")
  .option("--extension", "write to extensions/workloads/, where a fork keeps its own kinds", false)
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .parse();
const { extension } = command.opts<{ extension: boolean }>();
const [kind = ""] = command.args;

try {
  const written = await writeWorkload({ kind, extension, root });
  process.stdout.write(`${written.map((file) => `wrote ${file}`).join("\n")}
Next: fill it in, add the image \`${kind}\` by digest to the locks, then run \`npm run generate\` and \`npm test\`.
`);
} catch (error) {
  if (!(error instanceof RefusedError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
