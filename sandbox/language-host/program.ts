import type languagepb from "@pulumi/pulumi/proto/language_pb.js";
import type { Entry } from "./child.ts";

/** The SDK exits with this code after it has already shown the user what is wrong. */
export const ALREADY_REPORTED = 32;

/** How the SDK's `cmd/run` is called for one run of a Pulumi program. */
export function programEntry(
  request: languagepb.RunRequest,
  engineAddress: string,
  environment: NodeJS.ProcessEnv,
): Entry {
  const info = request.getInfo();
  if (info === undefined) throw new Error("the engine sent no program information; it is older than this project");
  const options: readonly (readonly [string, string])[] = [
    ["--monitor", request.getMonitorAddress()],
    ["--engine", engineAddress],
    ["--organization", request.getOrganization()],
    ["--project", request.getProject()],
    ["--root-directory", info.getRootDirectory()],
    ["--stack", request.getStack()],
    ["--pwd", request.getPwd() || info.getProgramDirectory()],
    ["--parallel", String(request.getParallel())],
  ];
  return {
    module: "@pulumi/pulumi/cmd/run",
    args: [
      ...options.filter(([, value]) => value !== "").flat(),
      ...(request.getDryrun() ? ["--dry-run"] : []),
      info.getEntryPoint(),
      ...request.getArgsList(),
    ],
    directory: info.getProgramDirectory(),
    environment: {
      ...environment,
      PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().entries())),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
      PULUMI_NODEJS_TYPESCRIPT: "false",
    },
    output: "inherit",
  };
}

/** How the SDK's `cmd/run-policy-pack` is called; the engine sends the whole environment as `NAME=value`. */
export function policyPackEntry(request: languagepb.RunPluginRequest): Entry {
  const info = request.getInfo();
  if (info === undefined) throw new Error("the engine sent no plugin information; it is older than this project");
  if (request.getKind() !== "analyzer") {
    throw new Error(`cannot run a plugin of kind "${request.getKind()}"; only policy packs run here`);
  }
  const variables = request.getEnvList().map((entry) => {
    const at = entry.indexOf("=");
    return [entry.slice(0, at), entry.slice(at + 1)] as const;
  });
  return {
    module: "@pulumi/pulumi/cmd/run-policy-pack",
    args: [...request.getArgsList(), info.getProgramDirectory()],
    directory: info.getProgramDirectory(),
    environment: { ...Object.fromEntries(variables), PULUMI_NODEJS_TYPESCRIPT: "false" },
    output: "pipe",
  };
}
