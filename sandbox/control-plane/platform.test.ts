import { expect, test } from "vitest";
import { requireLinux } from "./platform.ts";

test.each(["darwin", "win32"] as const)("names the way on %s", (platform) => {
  expect(() => requireLinux(platform)).toThrow(
    `The Kubernetes control plane of a rehearsal runs on Linux, and this is ${platform}. ` +
      "Run the command on a Linux machine or in a Linux container.",
  );
});
