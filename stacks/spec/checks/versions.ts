import type { Complaint } from "../../problems.ts";
import { oneOf } from "../../words.ts";
import { K3S_MINIMUM } from "../cluster.ts";
import { toolkitOf } from "../node-releases.ts";
import { check, checkWith } from "./check.ts";

/** A k3s release that keeps pod traffic when the mesh restarts; minors newer than the table always do. */
export const k3sVersion = check(["cluster"], function* ({ cluster }): Iterable<Complaint> {
  const [, minorText = "", patchText = ""] = /^v1\.(\d+)\.(\d+)/.exec(cluster.version) ?? [];
  const minors = Object.keys(K3S_MINIMUM).map((minor) => Number(minor.split(".")[1]));
  const minor = Number(minorText);
  const lowest = Object.entries(K3S_MINIMUM).find(([name]) => name === `1.${minor}`)?.[1];
  if (minor > Math.max(...minors) || (lowest !== undefined && Number(patchText) >= lowest)) return;
  const allowed = Object.entries(K3S_MINIMUM).map(([name, patch]) => `v${name}.${patch}`);
  yield {
    path: ["cluster", "version"],
    got: `"${cluster.version}", which loses pod routes when tailscaled restarts`,
    expected: lowest === undefined ? `${oneOf(allowed)}, or newer` : `v1.${minor}.${lowest} or newer`,
  };
});

/** The lock has the checksums of the releases that nodes download. */
export const lockedBinaries = checkWith(
  ["environment", "lock", "files", "pools"],
  ["cluster", "secrets"],
  function* (facts): Iterable<Complaint> {
    const { environment, cluster, secrets, lock, files, pools } = facts;
    const fix = `run \`npm run resolve -- ${environment.name}\``;
    const named = [
      ...(cluster === undefined ? [] : [{ binary: "k3s", version: cluster.version, path: ["cluster", "version"] }]),
      ...(secrets === undefined
        ? []
        : [{ binary: "vault", version: secrets.vault.version, path: ["secrets", "vault", "version"] }]),
    ];
    for (const { binary, version, path } of named) {
      const locked = lock.binaries[binary]?.version;
      if (locked === undefined || locked === version) continue;
      yield {
        path,
        got: `"${version}", while ${files.lock} has ${locked}`,
        expected: "the release whose checksum the lock has",
        fix,
      };
    }
    for (const binary of [...named.map((release) => release.binary), "tailscale", ...toolkitOf(pools)]) {
      if (lock.binaries[binary] !== undefined) continue;
      yield {
        inLock: true,
        path: ["binaries", binary],
        got: "nothing",
        expected: `the release of ${binary} and its checksums`,
        fix,
      };
    }
  },
);
