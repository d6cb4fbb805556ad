import { bad, boundary, changed, good, unknown } from "../example.ts";
import { noParameters, resourceRule } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import { asText, shown } from "../values.ts";
import { NODE_TYPES, nodeExample, ofNode } from "./node-config.ts";

const LINE = 'write-kubeconfig-mode: "0600"';

export const kubeconfigIsPrivate = resourceRule({
  id: "security/kubeconfig-is-private",
  title: "Only root reads the administrator's kubeconfig on a server",
  why:
    "The file holds a certificate for the group system:masters. Whoever can read it owns the cluster until its " +
    "authority is replaced.",
  severity: "high",
  level: "mandatory",
  config: noParameters,
  unknown: "ignore",
  fix: 'Set `write-kubeconfig-mode` to "0600".',
  source: "CIS Kubernetes Benchmark 1.1.13; https://docs.k3s.io/cluster-access",
  types: NODE_TYPES,
  examples: [
    good("mode 0600", nodeExample()),
    bad("readable by everybody", nodeExample(LINE, 'write-kubeconfig-mode: "0644"'), "userData"),
    boundary("readable by the group", nodeExample(LINE, 'write-kubeconfig-mode: "0640"'), "userData"),
    boundary("nothing said, which is 0600", nodeExample(`${LINE}\n`, "")),
    unknown("user data that `up` decides", changed(nodeExample(), "userData", UNKNOWN), "userData"),
  ],

  *inspect(row) {
    yield* ofNode(row, "server", function* (k3s) {
      const mode = k3s["write-kubeconfig-mode"];
      if (mode === undefined || /^0?[0-7]00$/.test(asText(mode) ?? "")) return;
      yield { message: `Others than root read the kubeconfig on ${row.name}.`, value: shown(mode), limit: "0600" };
    });
  },
});
