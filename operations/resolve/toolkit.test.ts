import { expect, onTestFinished, test } from "vitest";
import { type Answer, recordedHosts } from "./testing.ts";
import { resolveToolkit } from "./toolkit.ts";

const sum = (digit: string): string => digit.repeat(64);
const stanza = (name: string, version: string, digit: string): string =>
  `Package: ${name}\nVersion: ${version}\nArchitecture: amd64\nDescription: a tool\n with a second line\nSHA256: ${sum(digit)}\n`;
const index = (...stanzas: readonly string[]): Answer => ({ body: stanzas.join("\n") });
const AMD64 = "nvidia.github.io/libnvidia-container/stable/deb/amd64/Packages";
const ARM64 = "nvidia.github.io/libnvidia-container/stable/deb/arm64/Packages";
const packages = ["library", "toolkit"];
const ANSWERS = {
  [AMD64]: index(
    stanza("library", "1.9.0-1", "1"),
    stanza("library", "1.19.1-1", "2"),
    stanza("library", "1.20.0~rc.1-1", "3"),
    stanza("toolkit", "1.9.0-1", "4"),
    stanza("toolkit", "1.19.1-1", "5"),
  ),
  [ARM64]: index(
    stanza("library", "1.19.1-1", "6"),
    stanza("toolkit", "1.19.1-1", "7"),
    stanza("toolkit", "1.9.0-1", "8"),
  ),
};

async function hosts(answers: Readonly<Record<string, Answer>>) {
  const recorded = await recordedHosts(answers);
  onTestFinished(recorded.close);
  return recorded;
}

const NEWEST = {
  library: { version: "1.19.1-1", sha256: { amd64: sum("2"), arm64: sum("6") } },
  toolkit: { version: "1.19.1-1", sha256: { amd64: sum("5"), arm64: sum("7") } },
};

test("all packages have the newest finished release, or the one that the lock has", async () => {
  const { ask } = await hosts(ANSWERS);
  expect(await resolveToolkit({ packages, locked: {}, keep: false }, ask)).toEqual(NEWEST);
  const half = { library: { version: "1.19.1-1", sha256: { amd64: sum("2") } } };
  expect(await resolveToolkit({ packages, locked: half, keep: true }, ask)).toEqual(NEWEST);
});

test("nobody is asked where nothing is needed, or everything is kept", async () => {
  const { ask, requests } = await hosts({});
  expect(await resolveToolkit({ packages: [], locked: {}, keep: false }, ask)).toEqual({});
  expect(await resolveToolkit({ packages, locked: NEWEST, keep: true }, ask)).toEqual(NEWEST);
  expect(requests).toEqual([]);
});

test("a release that an architecture does not have is refused", async () => {
  const { ask } = await hosts(ANSWERS);
  const locked = { library: { version: "1.9.0-1", sha256: { amd64: sum("1") } } };
  await expect(resolveToolkit({ packages, locked, keep: false }, ask)).rejects.toThrow(
    `https://${ARM64} has no checksum of library 1.9.0-1. Nothing was written. Check the release by hand.`,
  );
});
