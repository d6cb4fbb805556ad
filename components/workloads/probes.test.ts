import { expect, test } from "vitest";
import { httpProbes } from "./probes.ts";

const TIMING = { port: 8080, periodSeconds: 10, failureThreshold: 3 };

test("one path answers whether it serves and whether it works", () => {
  expect(httpProbes({ port: 8080, ready: "/health" })).toEqual({
    readiness: { ...TIMING, path: "/health" },
    liveness: { ...TIMING, path: "/health" },
  });
});

test("a slow start is asked as often as its time allows, by the path that says whether it serves", () => {
  expect(httpProbes({ port: 8080, ready: "/ready", live: "/live", startSeconds: 600, timeoutSeconds: 5 })).toEqual({
    startup: { ...TIMING, path: "/ready", failureThreshold: 60, timeoutSeconds: 5 },
    readiness: { ...TIMING, path: "/ready", timeoutSeconds: 5 },
    liveness: { ...TIMING, path: "/live", timeoutSeconds: 5 },
  });
});
