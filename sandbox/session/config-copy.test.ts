import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { copyConfig } from "./config-copy.ts";
import { layoutOf, type Layout } from "./layout.ts";

let root: string;
let layout: Layout;
let source: { file: string; lockFile: string };
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "splitfleet-copy-"));
  layout = layoutOf(root, "trial");
  source = { file: join(root, "Pulumi.trial.yaml"), lockFile: join(root, "trial.lock.yaml") };
});
afterEach(() => rmSync(root, { recursive: true }));

it("leaves out secrets and says which, so that no real one is ever read with the rehearsal's key", () => {
  writeFileSync(
    source.file,
    `encryptionsalt: v1:live
config:
  splitfleet:version: 1 # a comment
  splitfleet:token:
    secure: v1:live:token
  splitfleet:nested:
    key:
      secure: v1:live:key
`,
  );
  expect(copyConfig(source, layout)).toEqual([["splitfleet:token"], ["splitfleet:nested", "key"]]);
  expect(readFileSync(layout.configFile, "utf8")).toBe(`config:
  splitfleet:version: 1 # a comment
  splitfleet:nested: {}
`);
});

it("keeps the last copy's salt and made-up secrets, and takes everything else from the source", () => {
  writeFileSync(
    source.file,
    `secretsprovider: gcpkms://live
encryptedkey: live
config:
  splitfleet:version: 2
  splitfleet:token: { secure: "v1:live:token" }
`,
  );
  mkdirSync(layout.config, { recursive: true });
  writeFileSync(
    layout.configFile,
    `encryptionsalt: v1:rehearsal
config:
  splitfleet:version: "1"
  splitfleet:gone: x
  splitfleet:token:
    secure: v1:rehearsal:token
`,
  );
  expect(copyConfig(source, layout)).toEqual([]);
  expect(readFileSync(layout.configFile, "utf8")).toBe(`config:
  splitfleet:version: 2
  splitfleet:token:
    secure: v1:rehearsal:token
encryptionsalt: v1:rehearsal
`);
});

it("copies the lock, and takes away the copy of one that is gone", () => {
  writeFileSync(source.file, "config: {}\n");
  writeFileSync(source.lockFile, "version: 1\n");
  copyConfig(source, layout);
  expect(readFileSync(layout.lockFile, "utf8")).toBe("version: 1\n");
  rmSync(source.lockFile);
  copyConfig(source, layout);
  expect(() => readFileSync(layout.lockFile)).toThrow("ENOENT");
});
