import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { Command } from "commander";
import { generated } from "./generate/all.ts";

const root = path.join(import.meta.dirname, "..");
const { check } = new Command("npm run generate --")
  .description("Write every generated file: argument shapes, JSON Schemas, reference pages.")
  .option("--check", "write nothing; exit 1 if a file is out of date", false)
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .parse()
  .opts<{ check: boolean }>();

let stale = 0;
for (const { path: file, text } of await generated(root)) {
  const target = path.join(root, file);
  const current = await readFile(target, "utf8").catch(() => undefined);
  if (current === text) continue;
  stale += 1;
  process.stdout.write(`${check ? "stale" : "wrote"} ${file}\n`);
  if (check) continue;
  await mkdir(path.dirname(target), { recursive: true });
  await writeFile(target, text);
}
if (stale === 0) process.stdout.write("every generated file is up to date\n");
else if (check) process.stdout.write("run `npm run generate` and commit the result\n");
process.exitCode = check && stale > 0 ? 1 : 0;
