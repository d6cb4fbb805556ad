import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { InterruptListener } from "../interrupt.ts";
import { putLive } from "./put.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "splitfleet-put-"));
  mkdirSync(path.join(root, "stacks"));
});
afterEach(() => rmSync(root, { recursive: true }));

async function put(tailnet: string): Promise<unknown> {
  using interrupt = new InterruptListener(() => undefined);
  return await putLive({ root, tailnet, interrupt, yes: true, say: () => undefined });
}
const file = (): string => path.join(root, "stacks", "Pulumi.organisation.yaml");

test("a tailnet without its stack is told how to make it", async () => {
  await expect(put("lab.ts.net")).rejects.toThrow(
    `${file()} does not name a tailnet. Run once \`pulumi stack init organisation\`, then ` +
      "`pulumi config set splitfleet:tailnet lab.ts.net`.",
  );
});

test("the stack of another tailnet is left alone", async () => {
  writeFileSync(file(), "config:\n  splitfleet:tailnet: shop.ts.net\n");
  await expect(put("lab.ts.net")).rejects.toThrow(
    `${file()} names the tailnet shop.ts.net; expected lab.ts.net. One checkout keeps one tailnet's policy.`,
  );
});
