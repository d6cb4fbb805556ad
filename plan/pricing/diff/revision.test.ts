import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CatalogueError } from "../catalogue/check.ts";
import { catalogueAt, RevisionError } from "./revision.ts";

const TODAY = "2026-11-21";
let root: string;

const hetzner = (amount: string): string =>
  JSON.stringify({
    provider: "hetzner",
    lists: [
      {
        kind: "server",
        unit: "hour",
        currency: "EUR",
        regions: ["fsn1"],
        source: "a figure made for tests",
        evidence: "provider",
        observedAt: "2026-09-29",
        validUntil: "2027-03-28",
        rows: [{ item: "cpx42", amount }],
      },
    ],
  });

async function commit(tag: string, files: { readonly [name: string]: string }): Promise<void> {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(root, name), content);
  const author = ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"];
  await execa("git", ["add", "."], { cwd: root });
  await execa("git", [...author, "commit", "-q", "--allow-empty", "-m", tag], { cwd: root });
  await execa("git", ["tag", tag], { cwd: root });
}

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "splitfleet-revision-"));
  await execa("git", ["init", "-q"], { cwd: root });
  await commit("empty", {});
  mkdirSync(join(root, "plan/pricing/catalogue"), { recursive: true });
  await commit("first", { "plan/pricing/catalogue/hetzner.json": hetzner("0.1"), "README.md": "not a price" });
  await commit("second", { "plan/pricing/catalogue/hetzner.json": hetzner("0.2") });
  await commit("broken", { "plan/pricing/catalogue/hetzner.json": hetzner("-1") });
});
afterAll(() => rmSync(root, { recursive: true }));

test.each([
  { revision: "first", amount: "0.1" },
  { revision: "second", amount: "0.2" },
  { revision: "broken~1", amount: "0.2" },
])("the catalogue of $revision is read from history, not from the folder", async ({ revision, amount }) => {
  const { prices } = await catalogueAt(revision, { root, today: TODAY });
  expect(prices.map((price) => `${price.item} ${price.amount}`)).toEqual([`cpx42 ${amount}`]);
});

test("a revision that does not exist, or that git could take for an option, is refused", async () => {
  await expect(catalogueAt("nope", { root, today: TODAY })).rejects.toThrow(
    new RevisionError('"nope" is neither a folder nor a revision: fatal: Not a valid object name nope'),
  );
  await expect(catalogueAt("--help", { root, today: TODAY })).rejects.toThrow(
    new RevisionError('"--help" is neither a folder nor a revision: fatal: Not a valid object name --help'),
  );
});

test("a revision without price files is refused", async () => {
  await expect(catalogueAt("empty", { root, today: TODAY })).rejects.toThrow(
    new RevisionError("empty has no price file in plan/pricing/catalogue."),
  );
});

test("mistakes in the price files of a revision are told with their places", async () => {
  await expect(catalogueAt("broken", { root, today: TODAY })).rejects.toThrow(CatalogueError);
});
