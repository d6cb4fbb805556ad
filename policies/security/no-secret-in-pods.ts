import { bad, boundary, changed, good, secret, unknown, marked } from "../example.ts";
import { MAIN, WORKLOAD } from "../example-workload.ts";
import { containersOf, POD_TYPES } from "../pods.ts";
import { noParameters, resourceRule, undecided, type Fault } from "../resource-rule.ts";
import { UNKNOWN, type Row } from "../row.ts";
import { asObject, asText, below, isSecret, itemsOf, join, type Place } from "../values.ts";
import { CANARY } from "./canary.ts";
import { findSecrets } from "./secret-patterns.ts";

const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";
const VALUE = `${MAIN}.env[0].value`;
const TOKEN = `hvs.${"CAESIJ".repeat(5)}`;

/** Values of variables whose name asks for a secret are judged by their randomness as well. */
const RANDOM = { minLength: 20, minEntropy: 3.75 };

export const noSecretInPods = resourceRule({
  id: "security/no-secret-in-pods",
  title: "Pods and ConfigMaps hold no secret",
  why:
    "A variable is shown by every description of the pod, inherited by every child process and printed by crash " +
    "reports. Who may list pods has then read the secret without asking for one.",
  severity: "critical",
  level: "mandatory",
  config: noParameters,
  unknown: "ignore",
  fix: "Let the workload declare the secret: it is delivered from Vault as a file or by reference.",
  source: "CIS Kubernetes Benchmark 5.4.1",
  types: [...POD_TYPES, CONFIG_MAP],
  examples: [
    good("a plain setting", WORKLOAD),
    good(
      "a reference to a secret",
      changed(WORKLOAD, `${MAIN}.env[0]`, {
        name: "TOKEN",
        valueFrom: { secretKeyRef: { name: "api", key: "token" } },
      }),
    ),
    bad("a Vault token as a variable", changed(WORKLOAD, VALUE, TOKEN), VALUE),
    bad(
      "an API key among the arguments",
      changed(WORKLOAD, `${MAIN}.args`, [`--key=sk-ant-${"api03x".repeat(5)}`]),
      `${MAIN}.args[0]`,
    ),
    boundary("a value that the program marks secret", marked(changed(WORKLOAD, VALUE, "plain"), VALUE), VALUE),
    boundary("a path that holds none", changed(WORKLOAD, VALUE, "/vault/secrets/database-password")),
    unknown("a value that `up` decides", changed(WORKLOAD, VALUE, UNKNOWN), VALUE),
    secret("the token is not repeated", marked(changed(WORKLOAD, VALUE, TOKEN), VALUE), VALUE),
  ],

  *inspect(row) {
    for (const place of textsOf(row)) yield* judge(row, place);
  },
});

function* judge(row: Row, place: Place): Iterable<Fault> {
  const limit = "a reference to a secret";
  if (place.value === UNKNOWN) return yield undecided(place, limit);
  const text = asText(place.value);
  if (text === undefined) return;
  const what = isSecret(row, place.path)
    ? "value marked secret"
    : CANARY.test(text)
      ? "secret of the environment file"
      : findSecrets(text, RANDOM)[0]?.what;
  if (what !== undefined)
    yield { path: place.path, message: `${row.name} holds a secret (${what}).`, value: what, limit };
}

/** Texts that everybody sees who may list the resource. */
function textsOf(row: Row): readonly Place[] {
  if (row.type === CONFIG_MAP) {
    return Object.entries(asObject(row.inputs["data"]) ?? {}).map(([key, value]) => ({
      path: join("data", key),
      value,
    }));
  }
  return containersOf(row).flatMap((container) => [
    ...itemsOf(below(container, "env")).map((variable) => below(variable, "value")),
    ...itemsOf(below(container, "command")),
    ...itemsOf(below(container, "args")),
  ]);
}
