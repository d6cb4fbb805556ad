import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { VaultServer } from "../../sandbox/vault/server.ts";
import { beginVault, isUnsealed, readVault, writeVault } from "../../sandbox/vault/state.ts";
import { ceremony, type CeremonyOptions } from "./ceremony.ts";
import { OperatorFolder, readPgpKeys } from "./shares.ts";
import { VaultApi } from "../../stacks/vault-api.ts";

let marker: string;
let server: VaultServer;
let said: string[];
beforeEach(async () => {
  marker = mkdtempSync(path.join(tmpdir(), "splitfleet-bootstrap-"));
  beginVault(marker);
  server = await VaultServer.start(marker);
  said = [];
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(marker, { recursive: true });
});

const folder = (): string => path.join(marker, "operators");
const run = (more: Partial<CeremonyOptions> = {}): Promise<void> =>
  ceremony({
    vault: new VaultApi(server.address),
    operators: new OperatorFolder(folder()),
    pgpKeys: [],
    waitSeconds: 0,
    again: "npm run up -- production",
    say: (text) => said.push(text),
    ...more,
  });

test("a new Vault is initialised and unsealed, and each share goes to a file of its owner's alone", async () => {
  expect(isUnsealed(marker)).toBe(false);
  await run();
  expect(isUnsealed(marker)).toBe(true);
  const files = readdirSync(folder()).toSorted();
  expect(files).toEqual([
    "vault-root-token",
    "vault-share-1",
    "vault-share-2",
    "vault-share-3",
    "vault-share-4",
    "vault-share-5",
  ]);
  for (const file of files) {
    const absolute = path.join(folder(), file);
    expect(statSync(absolute).mode & 0o777).toBe(0o600);
    expect(said.join("\n")).not.toContain(readFileSync(absolute, "utf8").trim());
  }
});

test("a second run finds nothing to do", async () => {
  await run();
  said = [];
  const before = readdirSync(folder());
  await run();
  expect(said).toEqual([]);
  expect(readdirSync(folder())).toEqual(before);
});

test("a run that was cut off after the initialisation goes on with the shares that were written", async () => {
  await run();
  const state = readVault(marker);
  if (state !== undefined) writeVault(marker, { ...state, sealed: true });
  await run();
  expect(isUnsealed(marker)).toBe(true);
});

test("shares that were given away are asked of their operators", async () => {
  await run();
  const state = readVault(marker);
  if (state !== undefined) writeVault(marker, { ...state, sealed: true });
  for (const number of [1, 2, 3]) rmSync(path.join(folder(), `vault-share-${number}`));
  await expect(run()).rejects.toThrow(
    `${server.address} is sealed, and ${folder()} has not the 3 shares that open it. Each of 3 operators runs ` +
      `\`VAULT_ADDR=${server.address} vault operator unseal\` and types a share; ` +
      "then go on with `npm run up -- production`.",
  );
});

test("shares of another Vault are never overwritten", async () => {
  await run();
  writeVault(marker, { initialized: false, sealed: true, threshold: 0, shares: [], given: [] });
  await expect(run()).rejects.toThrow("holds the shares of another initialisation");
});

test("with PGP keys there is a share for each, encrypted, and only its owners can unseal", async () => {
  const keys = ["a", "b", "c"].map((name) => {
    const file = path.join(marker, `${name}.asc`);
    const body = Buffer.from(`key of ${name}`).toString("base64");
    writeFileSync(file, `-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n${body}\n=abcd\n-----END PGP PUBLIC KEY BLOCK-----\n`);
    return file;
  });
  expect(readPgpKeys(keys).map((key) => Buffer.from(key, "base64").toString())).toEqual([
    "key of a",
    "key of b",
    "key of c",
  ]);
  await expect(run({ pgpKeys: readPgpKeys(keys) })).rejects.toThrow("Each of 3 operators runs");
  expect(readdirSync(folder()).toSorted()).toEqual([
    "vault-root-token",
    "vault-share-1.pgp",
    "vault-share-2.pgp",
    "vault-share-3.pgp",
  ]);
  expect(() => readPgpKeys([path.join(marker, "none.asc")])).toThrow("is no armoured public PGP key");
});

test("a Vault that does not answer is named, with what to look at", async () => {
  await expect(run({ vault: new VaultApi("http://127.0.0.1:9") })).rejects.toThrow(
    /^Vault does not answer: GET http:\/\/127\.0\.0\.1:9\/v1\/sys\/seal-status: .*\nIs this machine in the mesh/,
  );
});
