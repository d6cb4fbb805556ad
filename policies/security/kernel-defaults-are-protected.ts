import { bad, boundary, changed, good, unknown } from "../example.ts";
import { noParameters, resourceRule } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import { isTrue, shown } from "../values.ts";
import { NODE_TYPES, nodeExample, ofNode } from "./node-config.ts";

const LINE = "protect-kernel-defaults: true\n";

export const kernelDefaultsAreProtected = resourceRule({
  id: "security/kernel-defaults-are-protected",
  title: "The kubelet refuses to start on a kernel with other settings than it expects",
  why:
    "Otherwise it changes them itself, silently, and what the node was hardened with before is gone after the " +
    "next restart.",
  severity: "medium",
  level: "mandatory",
  config: noParameters,
  unknown: "ignore",
  fix: "Set `protect-kernel-defaults` in the k3s configuration, and the kernel parameters in /etc/sysctl.d.",
  source: "CIS Kubernetes Benchmark 4.2.6; https://docs.k3s.io/security/hardening-guide",
  types: NODE_TYPES,
  examples: [
    good("a server with protection", nodeExample()),
    bad("a server without", nodeExample(LINE, "protect-kernel-defaults: false\n"), "userData"),
    boundary("an agent that does not say", nodeExample(LINE, "", "agent"), "userData"),
    unknown("user data that `up` decides", changed(nodeExample(), "userData", UNKNOWN), "userData"),
  ],

  *inspect(row) {
    yield* ofNode(row, "any", function* (k3s) {
      const value = k3s["protect-kernel-defaults"];
      if (isTrue(value)) return;
      yield {
        message: `The kubelet of ${row.name} may change the kernel's settings.`,
        value: shown(value),
        limit: "`protect-kernel-defaults` is true",
      };
    });
  },
});
