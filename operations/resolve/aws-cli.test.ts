import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { awsCli } from "./aws-cli.ts";

/** A program in place of the AWS CLI. */
async function program(script: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "splitfleet-aws-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = path.join(folder, "aws");
  await writeFile(file, `#!/bin/sh\n${script}\n`, { mode: 0o700 });
  return file;
}

test("gives back the JSON that the CLI prints", async () => {
  const ask = awsCli(await program(`printf '["%s"]' "$*"`));
  expect(await ask(["ec2", "describe-images"])).toEqual({
    value: ["ec2 describe-images --output json"],
  });
});

test("says why nobody could be asked: no program, no credentials, a session that is over", async () => {
  expect(await awsCli("/nowhere/aws")(["ec2"])).toEqual({ unavailable: "the AWS CLI is not installed" });
  const unavailable = "the AWS CLI has no valid credentials; sign in with `aws sso login` or set a profile";
  expect(await awsCli(await program("exit 253"))(["ec2"])).toEqual({ unavailable });
  const expired = await program("echo 'Error when retrieving token from sso: Token has expired' >&2; exit 255");
  expect(await awsCli(expired)(["ec2"])).toEqual({ unavailable });
});

test("any other refusal is an error with the CLI's own words", async () => {
  const ask = awsCli(await program("echo 'An error occurred (UnauthorizedOperation)' >&2; exit 254"));
  await expect(ask(["ec2", "describe-images", "--region", "eu-north-1"])).rejects.toThrow(
    "aws ec2 describe-images: An error occurred (UnauthorizedOperation). Nothing was written.",
  );
});
