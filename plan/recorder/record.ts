import { setAllConfig } from "@pulumi/pulumi/runtime/config.js";
import { setMocks } from "@pulumi/pulumi/runtime/mocks.js";
import { setMockOptions, waitForRPCs } from "@pulumi/pulumi/runtime/settings.js";
import { runInPulumiStack } from "@pulumi/pulumi/runtime/stack.js";
import { withLocalStorage } from "@pulumi/pulumi/runtime/state.js";
import type { Row } from "../../policies/row.ts";
import { canary } from "../../policies/security/canary.ts";
import { failureDuring } from "./failure.ts";
import { RecordingMonitor } from "./monitor.ts";

/** The Pulumi project's name, part of every URN; see Pulumi.yaml. */
const PROJECT = "splitfleet";

/** What the recorder needs of an environment: the stack's name and its configuration as the engine would pass it. */
export interface RecordedEnvironment {
  readonly name: string;
  readonly config: Readonly<Record<string, string>>;
  /** Keys of `config` that are secret; the program gets a canary in place of each. */
  readonly secretKeys: readonly string[];
}

export interface Recording {
  /** Sorted by URN, so that two recordings of one program are equal. */
  readonly rows: readonly Row[];
  readonly outputs: unknown;
}

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs a Pulumi program without engine, network or credentials, and returns what it would register. Recordings in one
 * process run one after another. A program that fails is run once more, so that its error has a stack.
 *
 * @throws What the program throws, also within `apply` or by a look-up; an error if it never ends.
 */
export function record(environment: RecordedEnvironment, program: () => Promise<unknown>): Promise<Recording> {
  const attempt = (): Promise<Recording> => withLocalStorage(() => run(environment, program));
  const recording = last.then(() => withoutStacks(attempt).catch(attempt));
  last = recording.catch(() => undefined);
  return recording;
}

async function run(environment: RecordedEnvironment, program: () => Promise<unknown>): Promise<Recording> {
  const monitor = new RecordingMonitor(PROJECT, environment.name);
  await setMocks(monitor.mocks, PROJECT, environment.name, true);
  setMockOptions(monitor, PROJECT, environment.name, true);
  const secrets = environment.secretKeys.map((key) => [key, canary(key)]);
  setAllConfig({ ...environment.config, ...Object.fromEntries(secrets) }, [...environment.secretKeys]);
  return failureDuring(async () => {
    const outputs = await runInPulumiStack(program);
    await settle(monitor);
    return { rows: monitor.rows.toSorted((a, b) => (a.urn < b.urn ? -1 : 1)), outputs };
  });
}

/** The SDK takes a stack trace for every property of every resource, which is half of the time of a recording. */
async function withoutStacks<Result>(action: () => Promise<Result>): Promise<Result> {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return await action();
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/** Waits until no registration is under way and a turn of the event loop has brought no new one. */
async function settle(monitor: RecordingMonitor): Promise<void> {
  for (let seen = -1; seen !== monitor.rows.length;) {
    seen = monitor.rows.length;
    await waitForRPCs();
    await new Promise((resolve) => setImmediate(resolve));
  }
}
