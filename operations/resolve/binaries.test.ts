import { expect, onTestFinished, test } from "vitest";
import { trialFacts } from "../../stacks/testdata/trial.ts";
import { resolveBinaries } from "./binaries.ts";
import { type Answer, recordedHosts } from "./testing.ts";

const sum = (digit: string): string => digit.repeat(64);
const K3S = "github.com/k3s-io/k3s/releases/download/v1.36.2%2Bk3s1/sha256sum-";
const VAULT = "releases.hashicorp.com/vault/1.21.0/vault_1.21.0_SHA256SUMS";
const TAILSCALE = "pkgs.tailscale.com/stable/tailscale_1.102.3_";
const ANSWERS: Readonly<Record<string, Answer>> = {
  [`${K3S}amd64.txt`]: { body: `${sum("0")}  k3s-airgap-images-amd64.tar\n${sum("1")}  k3s\n` },
  [`${K3S}arm64.txt`]: { body: `${sum("2")}  k3s-arm64\n` },
  [VAULT]: {
    body: `${sum("3")}  vault_1.21.0_linux_amd64.zip\n${sum("4")}  vault_1.21.0_linux_arm64.zip\n${sum("5")}  vault_1.21.0_darwin_arm64.zip\n`,
  },
  [`${TAILSCALE}amd64.tgz.sha256`]: { body: sum("6") },
  [`${TAILSCALE}arm64.tgz.sha256`]: { body: `${sum("7")}\n` },
  "pkgs.tailscale.com/stable/?mode=json": { body: { TarballsVersion: "1.102.3" } },
};
const RELEASES = {
  k3s: { version: "v1.36.2+k3s1", sha256: { amd64: sum("1"), arm64: sum("2") } },
  tailscale: { version: "1.102.3", sha256: { amd64: sum("6"), arm64: sum("7") } },
  vault: { version: "1.21.0", sha256: { amd64: sum("3"), arm64: sum("4") } },
};

const spec = trialFacts((facts) => {
  facts.cluster.version = "v1.36.2+k3s1";
  facts.secrets.vault.version = "1.21.0";
});

async function hosts(answers: Readonly<Record<string, Answer>>) {
  const recorded = await recordedHosts(answers);
  onTestFinished(recorded.close);
  return recorded;
}

test("reads the checksums of the environment's k3s and Vault, and of the newest Tailscale, from the vendors", async () => {
  const { ask } = await hosts(ANSWERS);
  const { entries, notes, incomplete } = await resolveBinaries({ spec, locked: {}, keep: false }, ask);
  expect(entries).toEqual(RELEASES);
  expect({ notes, incomplete }).toEqual({ notes: [], incomplete: false });
});

test("the lock's Tailscale stays, and with `keep` nothing of the wanted version is looked up", async () => {
  const { ask, requests } = await hosts({});
  const { entries } = await resolveBinaries({ spec, locked: RELEASES, keep: true }, ask);
  expect(entries).toEqual(RELEASES);
  expect(requests).toEqual([]);
});

test("what no vendor publishes a list of stays, and the report says so", async () => {
  const { ask } = await hosts(ANSWERS);
  const coolify = { version: "v4.3.11", sha256: { amd64: sum("8") } };
  const found = await resolveBinaries(
    { spec: { cluster: undefined, secrets: undefined, pools: {} }, locked: { coolify }, keep: false },
    ask,
  );
  expect(found.entries).toEqual({ tailscale: RELEASES.tailscale, coolify });
  expect(found.notes).toEqual([
    { path: "binaries.coolify", message: "left as it is: its vendor publishes no list of checksums" },
  ]);
});

test.each([
  [
    "a release that there is not",
    { ...ANSWERS, [VAULT]: { status: 404 } },
    `https://${VAULT} answered 404. Nothing was written. There is no release 1.21.0: correct the version in the environment file.`,
  ],
  [
    "a list without the file",
    { ...ANSWERS, [VAULT]: { body: `${sum("5")}  vault_1.21.0_darwin_arm64.zip\n` } },
    `https://${VAULT} has 0 checksums of vault_1.21.0_linux_amd64.zip, expected one.`,
  ],
  [
    "a page where a checksum belongs",
    { ...ANSWERS, [`${TAILSCALE}amd64.tgz.sha256`]: { body: "<html>" } },
    `https://${TAILSCALE}amd64.tgz.sha256 has 0 checksums of its file, expected one.`,
  ],
] as const)("%s is refused", async (_, answers, message) => {
  const { ask } = await hosts(answers);
  await expect(resolveBinaries({ spec, locked: {}, keep: false }, ask)).rejects.toThrow(message);
});
