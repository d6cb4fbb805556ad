import path from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { environmentOf, type Services, startServices } from "./testdata/services.ts";

// Python starts anew for each run, on a machine that may have other work.
vi.setConfig({ testTimeout: 60_000 });

let services: Services;
beforeEach(async () => {
  services = await startServices();
});
afterEach(() => services.close());

const run = async (program: string): Promise<unknown> => {
  const env = environmentOf(services, {});
  const { stdout } = await execa("python3", ["-c", program], { env, cwd: path.join(import.meta.dirname) });
  return JSON.parse(stdout);
};

// "Example: GET Object" of "Signature Calculations for the Authorization Header" in the reference of Amazon S3's API.
test("a request is signed as in AWS's own example", async () => {
  const signed = await run(`
import datetime, json, s3
keys = s3.Keys("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1")
when = datetime.datetime(2013, 5, 24, tzinfo=datetime.timezone.utc)
url = "https://examplebucket.s3.amazonaws.com/test.txt"
print(json.dumps(s3.authorization(keys, "GET", url, {"Range": "bytes=0-9"}, s3.EMPTY, when)["authorization"]))
`);
  expect(signed).toBe(
    "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request," +
      "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date," +
      "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
  );
});

test("objects are written, read, listed and removed, and one that is not there is none", async () => {
  const result = await run(`
import json, s3
bucket = s3.Bucket("papers")
bucket.put("a/one.txt", b"1")
bucket.put("a/two two.txt", b"2")
bucket.put("b/three.txt", b"3")
bucket.delete("b/three.txt")
bucket.delete("b/three.txt")
print(json.dumps([list(bucket.keys("a/")), bucket.get("a/two two.txt").decode(), bucket.get("b/three.txt")]))
`);
  expect(result).toEqual([["a/one.txt", "a/two two.txt"], "2", null]);
});
