import grpc from "@grpc/grpc-js";
import { LanguageRuntimeService, type ILanguageRuntimeServer } from "@pulumi/pulumi/proto/language_grpc_pb.js";
import languagepb from "@pulumi/pulumi/proto/language_pb.js";
import pluginpb from "@pulumi/pulumi/proto/plugin_pb.js";
import emptypb from "google-protobuf/google/protobuf/empty_pb.js";
import { exitOf, startEntry } from "./child.ts";
import { installedDependencies } from "./dependencies.ts";
import { ALREADY_REPORTED, policyPackEntry, programEntry } from "./program.ts";

export interface HostOptions {
  /** Where the engine listens for log lines of the program. */
  readonly engineAddress: string;
}

/** The protocol's version of a language plugin follows the CLI's; the engine only prints it. */
const VERSION = "3.259.0";

/**
 * Registers the language runtime. What the engine never asks of a program in this repository, such as code generation
 * and packing, answers UNIMPLEMENTED.
 */
export function addLanguageRuntime(server: grpc.Server, options: HostOptions): void {
  server.addService(LanguageRuntimeService, {
    handshake: unary(() => new languagepb.LanguageHandshakeResponse()),
    getPluginInfo: unary(() => new pluginpb.PluginInfo().setVersion(VERSION)),
    // Plugins come from the session's own folder; nothing is ever to be downloaded.
    getRequiredPackages: unary(() => new languagepb.GetRequiredPackagesResponse()),
    getRequiredPlugins: unary(() => new languagepb.GetRequiredPluginsResponse()),
    runtimeOptionsPrompts: unary(() => new languagepb.RuntimeOptionsResponse()),
    about: unary(() => new languagepb.AboutResponse().setExecutable(process.execPath).setVersion(process.version)),
    getProgramDependencies: unary((request: languagepb.GetProgramDependenciesRequest) => {
      const directory = request.getInfo()?.getRootDirectory() || request.getPwd();
      return new languagepb.GetProgramDependenciesResponse().setDependenciesList(
        installedDependencies(directory).map(({ name, version }) =>
          new languagepb.DependencyInfo().setName(name).setVersion(version),
        ),
      );
    }),
    installDependencies: ((call) => call.end()) satisfies ILanguageRuntimeServer["installDependencies"],
    cancel: unary(() => new emptypb.Empty()),
    run: unary(async (request: languagepb.RunRequest, call) => {
      const child = startEntry(programEntry(request, options.engineAddress, process.env));
      call.on("cancelled", () => child.kill());
      const code = await exitOf(child);
      const response = new languagepb.RunResponse();
      if (code === ALREADY_REPORTED) return response.setBail(true);
      return code === 0 ? response : response.setError(`Program exited with non-zero exit code: ${code}`);
    }),
    runPlugin,
  });
}

const runPlugin: ILanguageRuntimeServer["runPlugin"] = (call) => {
  const fail = (error: unknown): void => void call.emit("error", rpcError(error));
  try {
    const child = startEntry(policyPackEntry(call.request));
    call.on("cancelled", () => child.kill());
    child.stdout?.on("data", (chunk: Buffer) => call.write(new languagepb.RunPluginResponse().setStdout(chunk)));
    child.stderr?.on("data", (chunk: Buffer) => call.write(new languagepb.RunPluginResponse().setStderr(chunk)));
    exitOf(child).then((code) => {
      call.write(new languagepb.RunPluginResponse().setExitcode(code));
      call.end();
    }, fail);
  } catch (error) {
    fail(error);
  }
};

function unary<Request, Response>(
  handle: (request: Request, call: grpc.ServerUnaryCall<Request, Response>) => Response | Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    Promise.resolve()
      .then(() => handle(call.request, call))
      .then(
        (response) => callback(null, response),
        (error: unknown) => callback(rpcError(error)),
      );
  };
}

const rpcError = (error: unknown): grpc.ServiceError =>
  Object.assign(error instanceof Error ? error : new Error(String(error)), {
    code: grpc.status.UNKNOWN,
    details: error instanceof Error ? error.message : String(error),
    metadata: new grpc.Metadata(),
  });
