import { overridable } from "../../../components/runtime/kubernetes/override.ts";
import { containersOf, secretsUsedBy } from "../../../components/workloads/contract.ts";
import type { PlannedWorkload } from "../../../components/workloads/plan.ts";
import type { Complaint } from "../../problems.ts";
import { oneOf } from "../../words.ts";
import { check } from "./check.ts";
import { type Demand, planned, WORKLOAD_FACTS } from "./planned.ts";

/** What a fault of a definition reads like; the rest of the complaint names the entry and the definition's file. */
interface Fault {
  readonly got: string;
  readonly expected: string;
  /** What to do in the definition's file. */
  readonly fix: string;
}

export const definitionFaults = check(WORKLOAD_FACTS, (facts) => faultsIn(planned(facts)));

/** What the types of the contract can not say about what definitions built. */
export function* faultsIn({ workloads, images }: Pick<Demand, "workloads" | "images">): Iterable<Complaint> {
  for (const workload of workloads) {
    const { name, definition } = workload;
    for (const { got, expected, fix } of [
      ...otherRuntimes(workload),
      ...loosePins(workload, images),
      ...unknownSecrets(workload, workloads),
      ...idlePorts(workload),
      ...emptyCredentials(workload),
      ...badSchedules(workload),
      ...idleOverrides(workload),
    ]) {
      yield { path: ["workloads", name], atKey: true, got, expected, fix: `${fix} in ${definition.file}` };
    }
  }
}

function* otherRuntimes({ definition: { kind, runtimes } }: PlannedWorkload): Iterable<Fault> {
  if (runtimes.includes("kubernetes")) return;
  yield {
    got: `kind ${kind}, which runs on ${oneOf(runtimes)} only`,
    expected: "a kind that runs on kubernetes, as every pool does",
    fix: "add kubernetes to the `runtimes`",
  };
}

const DIGEST = /@sha256:[0-9a-f]{64}$/;

function* loosePins(workload: PlannedWorkload, locked: ReadonlySet<string>): Iterable<Fault> {
  for (const image of new Set(containersOf(workload.workload).map(({ image: used }) => used))) {
    if (locked.has(image) || DIGEST.test(image)) continue;
    yield {
      got: `the image ${image} without its digest`,
      expected: "an image of the lock, which pins it by digest",
      fix: "write `context.image(name)` for it",
    };
  }
}

function* unknownSecrets(workload: PlannedWorkload, all: readonly PlannedWorkload[]): Iterable<Fault> {
  for (const { workload: owner = workload.name, secret, key } of secretsUsedBy(workload.workload)) {
    const secrets = all.find(({ name }) => name === owner)?.workload.secrets ?? {};
    const keys = secrets[secret]?.keys;
    if (keys?.includes(key) === true) continue;
    yield keys === undefined
      ? {
          got: `a reference to the secret ${secret}, which workload ${owner} does not declare`,
          expected: Object.keys(secrets).length === 0 ? "a declared secret" : oneOf(Object.keys(secrets)),
          fix: "correct the reference, or declare the secret,",
        }
      : {
          got: `a reference to key ${key} of the secret ${secret} of workload ${owner}`,
          expected: oneOf(keys),
          fix: "correct the key",
        };
  }
}

function* idlePorts({ entry, definition, workload: { form } }: PlannedWorkload): Iterable<Fault> {
  const { ports } = definition;
  const elsewhere = definition.outside(entry) !== undefined;
  if (elsewhere || (form !== "scheduled" && form !== "batch") || Object.keys(ports).length === 0) return;
  yield {
    got: `a ${form} workload with ports, at which nobody answers between its runs`,
    expected: "no ports, or the form service",
    fix: "remove the `ports`",
  };
}

function* emptyCredentials({ definition: { ports }, workload: { secrets = {} } }: PlannedWorkload): Iterable<Fault> {
  for (const [port, { credentials }] of Object.entries(ports)) {
    if (typeof credentials !== "string" || secrets[credentials] !== undefined) continue;
    yield {
      got: `the credentials ${credentials} of port ${port}, which is no secret of it`,
      expected: Object.keys(secrets).length === 0 ? "the name of a declared secret" : oneOf(Object.keys(secrets)),
      fix: "correct `credentials`, or declare the secret,",
    };
  }
}

const CRON = /^(?:[\d*,/-]+ ){2}(?:[\d*,/-]+) (?:[\dA-Za-z*,/-]+) (?:[\dA-Za-z*,/-]+)$/;

function* badSchedules({ workload }: PlannedWorkload): Iterable<Fault> {
  if (workload.form !== "scheduled" || CRON.test(workload.schedule)) return;
  yield {
    got: `the schedule ${JSON.stringify(workload.schedule)}`,
    expected: "five cron fields such as 30 2 * * *, in UTC",
    fix: "correct the `schedule`",
  };
}

function* idleOverrides(workload: PlannedWorkload): Iterable<Fault> {
  const known = overridable(workload);
  for (const object of Object.keys(workload.workload.override?.kubernetes ?? {})) {
    if (known.some((name) => name === object)) continue;
    yield {
      got: `an override of ${object}, which it has none of`,
      expected: oneOf(known),
      fix: "correct `override.kubernetes`",
    };
  }
}
