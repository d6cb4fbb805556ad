import { isList, type Path } from "../inputs.ts";
import type { Quote } from "../quote.ts";
import type { Pricer } from "./pricer.ts";

/** k3s's own class: a folder on a node's disk, paid with the node. Also what a claim without a class gets. */
const ON_NODE = "local-path";

const claim: Pricer = {
  types: ["kubernetes:core/v1:PersistentVolumeClaim"],
  price(quote) {
    refuseCloudVolume(quote, ["spec", "storageClassName"]);
  },
};

const statefulSet: Pricer = {
  types: ["kubernetes:apps/v1:StatefulSet"],
  price(quote) {
    const templates = quote.input("spec", "volumeClaimTemplates");
    if (!isList(templates)) return;
    for (const index of templates.keys())
      refuseCloudVolume(quote, ["spec", "volumeClaimTemplates", index, "spec", "storageClassName"]);
  },
};

export const kubernetesPricers: readonly Pricer[] = [claim, statefulSet];

function refuseCloudVolume(quote: Quote, path: Path): void {
  const storageClass = quote.text(...path) ?? ON_NODE;
  if (storageClass === ON_NODE) return;
  quote.report({
    rule: "cost/no-price",
    level: "mandatory",
    severity: "high",
    path,
    message: `${quote.row.name} asks for a volume of class ${storageClass}, which somebody bills and no pricer knows.`,
    limit: ON_NODE,
    fix: `Use the class ${ON_NODE}, or add a pricer for this class to plan/pricing/pricers/kubernetes.ts.`,
  });
}
