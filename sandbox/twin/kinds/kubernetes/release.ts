import type { Properties } from "../../protocol/values.ts";
import { OPERATORS } from "./operators/registry.ts";
import { type Operator, readRelease } from "./operators/operator.ts";

/**
 * What a Helm release of a known operator puts into the cluster: definitions of custom resources first, from the
 * operator's own Go module, then what its chart makes, as far as it takes room or is judged.
 *
 * @throws Error for a chart that is not known, with what to add.
 */
export async function renderRelease(inputs: Properties): Promise<Properties[]> {
  return [...(await operatorOf(inputs).definitions()), ...chartObjects(inputs)];
}

/** As {@link renderRelease}, without the definitions. */
export function chartObjects(inputs: Properties): Properties[] {
  return operatorOf(inputs).objects(readRelease(inputs));
}

function operatorOf(inputs: Properties): Operator {
  const release = readRelease(inputs);
  const operator = OPERATORS.find(({ chart, version }) => chart === release.chart && version === release.version);
  if (operator !== undefined) return operator;
  const known = OPERATORS.map(({ chart, version }) => `${chart} ${version}`).join(", ");
  throw new Error(
    `the rehearsal does not know the chart ${release.chart} ${release.version} (known: ${known}): ` +
      "add a file with the Go module that has its definitions, and with the pods that it makes, to " +
      "sandbox/twin/kinds/kubernetes/operators/ and a line to registry.ts there",
  );
}
