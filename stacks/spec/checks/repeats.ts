import type { Complaint, Path } from "../../problems.ts";
import { describeValue } from "../../words.ts";
import { check } from "./check.ts";
import { modelsOf } from "./names.ts";

/** Lists of names and numbers have each once. */
export const repeats = check(
  ["pools", "workloads", "privacy"],
  function* ({ pools, workloads, privacy }): Iterable<Complaint> {
    yield* repeated(["privacy", "residency"], privacy.residency);
    for (const [name, entry] of Object.entries(workloads))
      yield* repeated(["workloads", name, "models"], modelsOf(entry));
    for (const [name, pool] of Object.entries(pools)) {
      const path = ["pools", name];
      if (pool.kind === "hetzner") {
        yield* repeated([...path, "nodes"], pool.nodes);
        yield* repeated([...path, "serverTypes"], pool.serverTypes);
      }
      if (pool.kind === "aws") {
        yield* repeated([...path, "instanceTypes"], pool.instanceTypes);
        yield* repeated([...path, "zones"], pool.zones);
      }
    }
  },
);

function* repeated(path: Path, values: readonly (string | number)[]): Iterable<Complaint> {
  for (const [index, value] of values.entries()) {
    if (values.indexOf(value) === index) continue;
    yield { path: [...path, index], got: `${describeValue(value)} a second time`, expected: "each once" };
  }
}
