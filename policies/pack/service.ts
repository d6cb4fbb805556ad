import grpc from "@grpc/grpc-js";
import { AnalyzerService, type IAnalyzerServer } from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import analyzer from "@pulumi/pulumi/proto/analyzer_pb.js";
import pluginpb from "@pulumi/pulumi/proto/plugin_pb.js";
import emptypb from "google-protobuf/google/protobuf/empty_pb.js";
import { checkOf } from "../checks.ts";
import type { Finding } from "../finding.ts";
import type { Rule } from "../rule.ts";
import type { Judge } from "./judge.ts";
import { rowOf } from "./rows.ts";

/** What the engine says about the run that the pack is to judge. */
export interface Stack {
  readonly name: string;
  readonly isPreview: boolean;
  /** By full key such as `splitfleet:budget`, mappings as JSON text. */
  readonly config: ReadonlyMap<string, string>;
}

export interface Pack {
  readonly name: string;
  readonly version: string;
  readonly rules: readonly Rule[];
  judge(stack: Stack): Judge;
}

const LEVELS = { advisory: analyzer.EnforcementLevel.ADVISORY, mandatory: analyzer.EnforcementLevel.MANDATORY };
const SEVERITIES = {
  low: analyzer.PolicySeverity.POLICY_SEVERITY_LOW,
  medium: analyzer.PolicySeverity.POLICY_SEVERITY_MEDIUM,
  high: analyzer.PolicySeverity.POLICY_SEVERITY_HIGH,
  critical: analyzer.PolicySeverity.POLICY_SEVERITY_CRITICAL,
};

/**
 * Serves a pack to the engine. Speaks the analyzer protocol itself: the policy SDK keeps the stack's name and
 * configuration, whether this is a preview and which values are secret to itself, gives a rule one level for all it
 * reports, and turns a mandatory rule that meets an unknown value into a remark.
 */
export function addAnalyzer(server: grpc.Server, pack: Pack): void {
  // `pulumi policy` commands ask for the rules without there being a stack.
  let judge = pack.judge({ name: "", isPreview: true, config: new Map() });
  const service: IAnalyzerServer = {
    handshake: unary(() => new analyzer.AnalyzerHandshakeResponse()),
    getPluginInfo: unary(() => new pluginpb.PluginInfo().setVersion(pack.version)),
    getAnalyzerInfo: unary(() => analyzerInfo(pack)),
    configureStack: unary((request: analyzer.AnalyzerStackConfigureRequest) => {
      const config = new Map(request.getConfigMap().entries());
      judge = pack.judge({ name: request.getStack(), isPreview: request.getDryRun(), config });
      return new analyzer.AnalyzerStackConfigureResponse();
    }),
    configure: unary(() => new emptypb.Empty()),
    remediate: unary(() => new analyzer.RemediateResponse()),
    analyze: unary((request: analyzer.AnalyzeRequest) => toResponse(pack, judge.resource(rowOf(request)))),
    analyzeStack: unary((request: analyzer.AnalyzeStackRequest) =>
      toResponse(pack, judge.stack(request.getResourcesList().map(rowOf))),
    ),
    cancel: unary(() => new emptypb.Empty()),
  };
  server.addService(AnalyzerService, service);
}

function analyzerInfo({ name, version, rules }: Pack): analyzer.AnalyzerInfo {
  const policies = rules.map(({ id, title, why, fix, severity, level }) =>
    new analyzer.PolicyInfo()
      .setName(policyName(id))
      .setDisplayname(title)
      .setDescription(why)
      .setRemediationSteps(fix)
      .setSeverity(SEVERITIES[severity])
      .setEnforcementlevel(LEVELS[level])
      .setPolicyType(analyzer.PolicyType.POLICY_TYPE_STACK),
  );
  // Rules are weakened where plan sees it too, never by a file that only the pack reads.
  return new analyzer.AnalyzerInfo()
    .setName(name)
    .setVersion(version)
    .setSupportsconfig(false)
    .setPoliciesList(policies);
}

function toResponse({ name, version }: Pack, findings: readonly Finding[]): analyzer.AnalyzeResponse {
  const diagnostics = findings.map((finding) => {
    const { rule, level, severity, urn } = finding;
    return new analyzer.AnalyzeDiagnostic()
      .setPolicypackname(name)
      .setPolicypackversion(version)
      .setPolicyname(policyName(rule))
      .setDescription(checkOf(rule).title)
      .setMessage(messageOf(finding))
      .setUrn(urn)
      .setEnforcementlevel(LEVELS[level])
      .setSeverity(SEVERITIES[severity]);
  });
  return new analyzer.AnalyzeResponse().setDiagnosticsList(diagnostics);
}

/** `security/no-open-firewall` is `security-no-open-firewall` to the engine, which allows no slash. */
const policyName = (id: string): string => id.replaceAll("/", "-");

const messageOf = ({ path, message, fix }: Finding): string =>
  `${path === "" ? "" : `${path}: `}${message}\nFix: ${fix}`;

function unary<Request, Response>(handle: (request: Request) => Response): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    try {
      callback(null, handle(call.request));
    } catch (error) {
      callback({
        code: grpc.status.INTERNAL,
        details: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    }
  };
}
