import { bad, boundary, changed, exampleRow, good, unknown } from "../example.ts";
import { demand, noParameters, resourceRule } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import { placeIn } from "../values.ts";
import { INSTANCE, LAUNCH_TEMPLATE } from "./user-data.ts";

const TOKENS = "metadataOptions.httpTokens";
const HOPS = "metadataOptions.httpPutResponseHopLimit";
const template = exampleRow(LAUNCH_TEMPLATE, "burst-template", {
  metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
});

export const imdsv2 = resourceRule({
  id: "security/imdsv2",
  title: "AWS nodes answer metadata requests only with a token and within one hop",
  why:
    "The metadata address hands out the node's credentials. Without a token any request that a pod can be talked " +
    "into gets them, and with more than one hop the pods themselves can ask.",
  severity: "high",
  level: "mandatory",
  config: noParameters,
  unknown: "fail",
  fix: "Set metadataOptions.httpTokens to required and httpPutResponseHopLimit to 1.",
  source:
    "AWS Foundational Security Best Practices EC2.8; " +
    "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html",
  types: [LAUNCH_TEMPLATE, INSTANCE],
  examples: [
    good("a token, one hop", template),
    bad("tokens are optional", changed(template, TOKENS, "optional"), TOKENS),
    bad("nothing said", changed(template, "metadataOptions", undefined), [TOKENS, HOPS]),
    boundary("two hops, which reaches pods", changed(template, HOPS, 2), HOPS),
    boundary("no metadata address at all", changed(template, "metadataOptions", { httpEndpoint: "disabled" })),
    unknown("options that `up` decides", changed(template, "metadataOptions", UNKNOWN), [TOKENS, HOPS]),
  ],

  *inspect(row) {
    if (placeIn(row, "metadataOptions", "httpEndpoint").value === "disabled") return;
    yield* demand(placeIn(row, "metadataOptions", "httpTokens"), {
      isMet: (value) => value === "required",
      limit: "required",
      message: `${row.name} answers metadata requests without a token.`,
    });
    yield* demand(placeIn(row, "metadataOptions", "httpPutResponseHopLimit"), {
      isMet: (value) => Number(value) === 1,
      limit: "1",
      message: `Pods on ${row.name} can reach its metadata address.`,
    });
  },
});
