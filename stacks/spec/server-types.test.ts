import { expect, test } from "vitest";
import { loadCatalogue } from "../../plan/pricing/catalogue/load.ts";
import { today } from "../../plan/today.ts";
import { sandbox } from "../../test/harness.ts";
import { ofKind } from "./of-kind.ts";
import { SERVER_TYPES } from "./server-types.ts";

test("every type that can be ordered in the EU is known", () => {
  const { prices } = loadCatalogue({ today: today() });
  const sold = prices.filter(
    ({ provider, kind, region, orderable }) =>
      provider === "hetzner" && kind === "server" && region === "fsn1" && orderable === true,
  );
  expect(sold.length).toBeGreaterThan(5);
  expect(sold.map(({ item }) => item).filter((item) => SERVER_TYPES[item] === undefined)).toEqual([]);
});

test("the sandbox's lock has the shapes of its types", async () => {
  const { lock } = await sandbox();
  for (const { serverType, architecture, vcpu, memoryGiB, diskGiB } of Object.values(ofKind(lock.pools, "hetzner"))) {
    expect(SERVER_TYPES[serverType]).toEqual({ architecture, vcpu, memoryGiB, diskGiB });
  }
});
