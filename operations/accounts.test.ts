import { expect, test } from "vitest";
import { sandbox } from "../test/harness.ts";
import { accountsOf } from "./accounts.ts";

const pulumi = "alice at https://state.example.org";

test("each account that a live run changes is named, and no credential", async () => {
  const { spec } = await sandbox();
  const identity = { Account: "123456789012", Arn: "arn:aws:sts::123456789012:assumed-role/admin/alice" };
  const aws = async () => ({ value: identity });
  expect(await accountsOf(spec, { pulumi, aws, environment: { HCLOUD_TOKEN: "secret" } })).toEqual([
    "  Pulumi     alice at https://state.example.org",
    "  Hetzner    the project of the token, by HCLOUD_TOKEN",
    "  AWS        123456789012 as arn:aws:sts::123456789012:assumed-role/admin/alice",
    "  Tailscale  sandbox.ts.net",
    "  Vault      https://sandbox-operations-1.sandbox.ts.net:8200",
  ]);
});

test("an account that can not be told says why", async () => {
  const { spec } = await sandbox();
  const aws = async () => ({ unavailable: "the AWS CLI is not installed" });
  const lines = await accountsOf(spec, { pulumi, aws, environment: {} });
  expect(lines).toContain("  Hetzner    the project of the token, HCLOUD_TOKEN is not set");
  expect(lines).toContain("  AWS        unknown: the AWS CLI is not installed");
});
