import { expect, test } from "vitest";
import { tunnelToken } from "./tunnel.ts";

test("the token has account, tunnel and secret by the letters that cloudflared reads", () => {
  const secret = Buffer.alloc(32, 7).toString("base64");
  const token = tunnelToken("0123456789abcdef0123456789abcdef", "6d9c1f0e-3a5b-4a6e-9c55-0d7a1f2b3c4d", secret);
  expect(JSON.parse(Buffer.from(token, "base64").toString("utf8"))).toEqual({
    a: "0123456789abcdef0123456789abcdef",
    s: secret,
    t: "6d9c1f0e-3a5b-4a6e-9c55-0d7a1f2b3c4d",
  });
});
