import { overridable } from "../../../components/runtime/kubernetes/override.ts";
import { containersOf, type Handle, secretsUsedBy } from "../../../components/workloads/contract.ts";
import type { PlannedWorkload } from "../../../components/workloads/plan.ts";
import type { Complaint } from "../../problems.ts";
import { oneOf } from "../../words.ts";
import { check } from "./check.ts";
import { podFaults } from "./definition-pods.ts";
import type { Fault } from "./fault.ts";
import { type Demand, planned, WORKLOAD_FACTS } from "./planned.ts";

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
      ...consumersWithoutSecret(workload, workloads),
      ...sharedPorts(workload, workloads),
      ...podFaults(workload),
      ...badSchedules(workload),
      ...idleOverrides(workload),
    ]) {
      yield { path: ["workloads", name], atKey: true, got, expected, fix: `${fix} in ${definition.file}` };
    }
  }
}

function* otherRuntimes({ definition: { kind, runtimes }, entry, runtime }: PlannedWorkload): Iterable<Fault> {
  if (runtimes.includes(runtime)) return;
  yield {
    got: `kind ${kind}, which runs on ${oneOf(runtimes)} only`,
    expected: `a kind that runs on ${runtime}, as pool ${entry.pool} does`,
    fix: `choose another pool, or add ${runtime} to the \`runtimes\``,
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

/** What each of a workload's consumers has been given, by the consumer's name. */
const handlesFor = (own: PlannedWorkload, all: readonly PlannedWorkload[]): [consumer: string, handle: Handle][] =>
  all.flatMap(({ name, workload, store }) =>
    [...(workload.needs ?? []), ...(store === undefined ? [] : [store])]
      .filter((need) => need.workload === own.name)
      .map((need): [string, Handle] => [name, need]),
  );

function* consumersWithoutSecret(own: PlannedWorkload, all: readonly PlannedWorkload[]): Iterable<Fault> {
  const shared = new Set(Object.values(own.definition.ports).map(({ credentials }) => credentials));
  for (const [consumer, { credentials }] of handlesFor(own, all)) {
    if (credentials === undefined || shared.has(credentials) || own.workload.secrets?.[credentials] !== undefined)
      continue;
    yield {
      got: `no secret ${credentials}, with which ${consumer} logs in`,
      expected: "a secret for each of `context.consumers`",
      fix: "declare it",
    };
  }
}

/** A consumer's port follows from its name, so two names can come to one number. */
function* sharedPorts(own: PlannedWorkload, all: readonly PlannedWorkload[]): Iterable<Fault> {
  const perConsumer = Object.values(own.definition.ports).some((port) => port.perConsumer === true);
  if (!perConsumer) return;
  const fixed = new Set(Object.values(own.definition.ports).map(({ port }) => port));
  const owners = new Map<number, string>();
  for (const [consumer, { port }] of handlesFor(own, all)) {
    const owner = owners.get(port) ?? consumer;
    owners.set(port, owner);
    if (owner === consumer || fixed.has(port)) continue;
    yield {
      got: `port ${port} for its consumers ${owner} and ${consumer}, which must differ`,
      expected: "a number for each, which follows from the consumer's name",
      fix: `rename ${owner} or ${consumer}; the rule stands`,
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
