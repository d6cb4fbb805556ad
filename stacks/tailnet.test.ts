import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { environmentNames } from "./environment-names.ts";
import { loadTailnet } from "./tailnet.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "splitfleet-tailnet-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A copy of the starter's files under another name, in the same tailnet. */
function write(name: string, change: (text: string) => string = (text) => text): void {
  const source = (file: string): string => path.join(import.meta.dirname, file);
  const text = readFileSync(source("Pulumi.starter.yaml"), "utf8").replace("name: starter", `name: ${name}`);
  writeFileSync(path.join(folder, `Pulumi.${name}.yaml`), change(text));
  cpSync(source("starter.lock.yaml"), path.join(folder, `${name}.lock.yaml`));
  const lock = readFileSync(path.join(folder, `${name}.lock.yaml`), "utf8");
  writeFileSync(path.join(folder, `${name}.lock.yaml`), lock.replace("environment: starter", `environment: ${name}`));
}
const elsewhere = (text: string): string => text.replaceAll("10.60.", "10.61.");

test("a tailnet's environments are those that name it, and no other stack", async () => {
  write("starter");
  write("second", elsewhere);
  write("third", (text) => text.replace("tailnet: starter.ts.net", "tailnet: third.ts.net"));
  writeFileSync(path.join(folder, "Pulumi.organisation.yaml"), "config:\n  splitfleet:tailnet: starter.ts.net\n");
  expect(environmentNames(folder).toSorted()).toEqual(["second", "starter", "third"]);
  const environments = await loadTailnet(folder, "starter.ts.net");
  expect(environments.map(({ mesh }) => mesh.name)).toEqual(["second", "starter"]);
});

test("two environments of a tailnet can not announce the same addresses", async () => {
  write("starter");
  write("second");
  await expect(loadTailnet(folder, "starter.ts.net")).rejects.toThrow(
    "got           10.60.1.0/24, which overlaps 10.60.1.0/24 of second in the same tailnet",
  );
});

test("two environments of a tailnet can not have the same tag", async () => {
  write("lab", (text) =>
    text
      .replaceAll("operations:\n      kind", "night-shift:\n      kind")
      .replaceAll("pool: operations", "pool: night-shift"),
  );
  write("lab-night", (text) =>
    elsewhere(text)
      .replaceAll("operations:\n      kind", "shift:\n      kind")
      .replaceAll("pool: operations", "pool: shift"),
  );
  for (const [name, pool] of [
    ["lab", "night-shift"],
    ["lab-night", "shift"],
  ] as const) {
    const file = path.join(folder, `${name}.lock.yaml`);
    writeFileSync(file, readFileSync(file, "utf8").replace(/^( +)operations:/m, `$1${pool}:`));
  }
  await expect(loadTailnet(folder, "starter.ts.net")).rejects.toThrow(
    "got           tag:lab-night-shift, which lab has in the same tailnet",
  );
});

test("a file that can not be read is no reason to leave its environment out", async () => {
  write("starter");
  writeFileSync(path.join(folder, "Pulumi.broken.yaml"), "config: [");
  await expect(loadTailnet(folder, "starter.ts.net")).rejects.toThrow("Pulumi.broken.yaml: 1 problem");
});
