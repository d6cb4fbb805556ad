import type analyzer from "@pulumi/pulumi/proto/analyzer_pb.js";
import { toRow, type Properties } from "../../plan/recorder/normalise.ts";
import type { Row } from "../row.ts";
import { STACK_TYPE } from "../stack.ts";

/** A row of what the engine tells about a resource; secrets and unknown values carry its markers. */
export function rowOf(resource: analyzer.AnalyzeRequest | analyzer.AnalyzerResource): Row {
  const type = resource.getType();
  return toRow({
    urn: resource.getUrn(),
    type,
    name: resource.getName(),
    parent: resource.getOptions()?.getParent() ?? "",
    custom: type !== STACK_TYPE && !type.startsWith("splitfleet:"),
    provider: resource.getProvider()?.getUrn() ?? "",
    properties: (resource.getProperties()?.toJavaScript() ?? {}) as Properties,
  });
}
