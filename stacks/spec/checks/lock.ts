import type { Complaint } from "../../problems.ts";
import { describeValue, oneOf } from "../../words.ts";
import type { Pool } from "../pools.ts";
import { check } from "./check.ts";

const resolve = (environment: string): string => `run \`npm run resolve -- ${environment}\``;

/** The lock was written for this environment, under the stack's name. */
export const lockOwner = check(
  ["environment", "lock", "files"],
  function* ({ environment, lock, files }): Iterable<Complaint> {
    if (lock.environment === environment.name) return;
    yield {
      inLock: true,
      path: ["environment"],
      got: describeValue(lock.environment),
      expected: `"${environment.name}", the name in ${files.environment}`,
      fix: resolve(environment.name),
    };
  },
);

/** An environment is called as its stack. */
export const stackName = check(["environment", "stack"], function* ({ environment, stack }): Iterable<Complaint> {
  if (environment.name === stack) return;
  yield {
    path: ["environment", "name"],
    got: describeValue(environment.name),
    expected: `"${stack}", as the file's name says`,
    fix: `rename the file to Pulumi.${environment.name}.yaml, or the environment`,
  };
});

/** True for a pool whose machines a cloud sells: `resolve` chooses them. */
const bought = ({ kind }: Pool): boolean => kind === "hetzner" || kind === "aws";

/** Every pool whose machines are bought has an entry of its kind, and no other pool has. */
export const lockedPools = check(
  ["environment", "pools", "lock", "files"],
  function* ({ environment, pools, lock, files }): Iterable<Complaint> {
    const fix = resolve(environment.name);
    for (const [name, pool] of Object.entries(pools)) {
      const kind = lock.pools[name]?.kind;
      if (!bought(pool) || kind === pool.kind) continue;
      const got =
        kind === undefined
          ? `a pool that ${files.lock} does not know`
          : `a pool of kind ${pool.kind} that is ${kind} in ${files.lock}`;
      yield { path: ["pools", name], atKey: true, got, expected: "an entry of the same kind in the lock", fix };
    }
    for (const name of Object.keys(lock.pools)) {
      const pool = pools[name];
      if (pool !== undefined && bought(pool)) continue;
      const got =
        pool === undefined
          ? `a pool that is not in ${files.environment}`
          : `a pool that is ${pool.kind} in ${files.environment}`;
      yield {
        inLock: true,
        path: ["pools", name],
        atKey: true,
        got,
        expected: "pools of the environment whose machines are bought",
        fix,
      };
    }
  },
);

/** What was chosen is among what the file prefers. */
export const lockedTypes = check(
  ["environment", "pools", "lock", "files"],
  function* ({ environment, pools, lock, files }): Iterable<Complaint> {
    for (const [name, pool] of Object.entries(pools)) {
      const locked = lock.pools[name];
      const complaint = (path: (string | number)[], type: string, preferred: readonly string[]): Complaint => ({
        inLock: true,
        path: ["pools", name, ...path],
        got: describeValue(type),
        expected: `${oneOf(preferred)}, the types of pool ${name} in ${files.environment}`,
        fix: resolve(environment.name),
      });
      if (pool.kind === "hetzner" && locked?.kind === "hetzner" && !pool.serverTypes.includes(locked.serverType)) {
        yield complaint(["serverType"], locked.serverType, pool.serverTypes);
      }
      if (pool.kind === "aws" && locked?.kind === "aws") {
        for (const [index, { type }] of locked.instanceTypes.entries()) {
          if (!pool.instanceTypes.includes(type))
            yield complaint(["instanceTypes", index, "type"], type, pool.instanceTypes);
        }
      }
    }
  },
);

/** An autoscaler computes with one shape for a group, so every type of a pool has the same cores, memory and GPUs. */
export const lockedShapes = check(["lock"], function* ({ lock }): Iterable<Complaint> {
  for (const [name, pool] of Object.entries(lock.pools)) {
    if (pool.kind !== "aws") continue;
    const shapes = pool.instanceTypes.map(
      ({ vcpu, memoryGiB, gpus }) => `${vcpu} cores, ${memoryGiB} GiB and ${gpus} GPUs`,
    );
    for (const [index, shape] of shapes.entries()) {
      if (shape === shapes[0]) continue;
      yield {
        inLock: true,
        path: ["pools", name, "instanceTypes", index],
        got: `${pool.instanceTypes[index]?.type} with ${shape}`,
        expected: `${shapes[0]}, the shape of ${pool.instanceTypes[0]?.type}`,
        fix: "put types of another shape into a pool of their own",
      };
    }
  }
});

/** The zones of a burst pool are those that were found to sell its types. */
export const lockedZones = check(
  ["environment", "pools", "sites", "lock", "files"],
  function* (facts): Iterable<Complaint> {
    const { environment, pools, sites, lock, files } = facts;
    for (const [name, pool] of Object.entries(pools)) {
      const site = sites[pool.site];
      const locked = lock.pools[name];
      if (pool.kind !== "aws" || site?.kind !== "aws" || locked?.kind !== "aws") continue;
      const fix = resolve(environment.name);
      const wanted = pool.zones.map((letter) => `${site.region}${letter}`);
      for (const [index, zone] of wanted.entries()) {
        if (locked.zones.includes(zone)) continue;
        const got = `zone ${zone}, which ${files.lock} does not have`;
        yield { path: ["pools", name, "zones", index], got, expected: oneOf(locked.zones), fix };
      }
      for (const [index, zone] of locked.zones.entries()) {
        if (wanted.includes(zone)) continue;
        const expected = `${oneOf(wanted)}, the zones of pool ${name} in ${files.environment}`;
        yield { inLock: true, path: ["pools", name, "zones", index], got: describeValue(zone), expected, fix };
      }
    }
  },
);
