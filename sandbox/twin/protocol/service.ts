import grpc from "@grpc/grpc-js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import statusPb from "@pulumi/pulumi/proto/status_pb.js";
import anyPb from "google-protobuf/google/protobuf/any_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import type { Package } from "../kind.ts";
import type { World } from "../world/world.ts";
import type { Change } from "./diff.ts";
import type { EngineNaming } from "./naming.ts";
import { formatPath } from "./paths.ts";
import { InitFailed, Provider, type Failure } from "./provider.ts";
import { assertRehearsed, enterRehearsal, type Caller } from "./rehearsal.ts";
import { fromStruct, toStruct } from "./values.ts";

/** Kubernetes manifests and state may be large; the engine itself allows 400 MiB. */
const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;

/** A running provider instance, as the engine starts one for each provider resource. */
export interface Served {
  /** On 127.0.0.1. */
  readonly port: number;
  close(): void;
}

/** Serves one package's provider protocol on a free loopback port. */
export async function serve(packageOf: Package, world: World, caller: Caller): Promise<Served> {
  const server = new grpc.Server({ "grpc.max_receive_message_length": MAX_MESSAGE_BYTES });
  const cancelled = new AbortController();
  server.addService(providerGrpc.ResourceProviderService, implement(packageOf, world, caller, cancelled));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  const close = (): void => {
    cancelled.abort();
    server.forceShutdown();
  };
  return { port, close };
}

type Handlers = { [Name in keyof typeof providerGrpc.ResourceProviderService]: grpc.UntypedHandleCall };

function implement(packageOf: Package, world: World, caller: Caller, cancelled: AbortController): Handlers {
  const provider = new Provider(packageOf, world, cancelled.signal);
  const guard = (urn: string): string => {
    assertRehearsed(urn, enterRehearsal(caller, world.marker));
    return urn;
  };
  const refuse = (what: string): never => {
    throw new Unsupported(packageOf, what);
  };

  return {
    handshake: unary((_request: pb.ProviderHandshakeRequest) =>
      new pb.ProviderHandshakeResponse().setAcceptSecrets(true).setSupportsAutonamingConfiguration(true),
    ),
    getSchema: unary((_request: pb.GetSchemaRequest) => {
      const { name, version } = packageOf;
      return new pb.GetSchemaResponse().setSchema(JSON.stringify({ name, version, resources: {} }));
    }),
    getPluginInfo: unary((_request: emptyPb.Empty) => new pluginPb.PluginInfo().setVersion(packageOf.version)),
    attach: unary((_request: pluginPb.PluginAttach) => new emptyPb.Empty()),
    cancel: unary((_request: emptyPb.Empty) => {
      cancelled.abort();
      return new emptyPb.Empty();
    }),

    checkConfig: unary((request: pb.CheckRequest) => {
      guard(request.getUrn());
      const settings = fromStruct(request.getNews());
      const failures = provider.checkConfig(settings);
      return new pb.CheckResponse().setInputs(toStruct(settings)).setFailuresList(failures.map(toCheckFailure));
    }),
    diffConfig: unary((request: pb.DiffRequest) => {
      guard(request.getUrn());
      return toDiff(provider.diffConfig(fromStruct(request.getOldInputs()), fromStruct(request.getNews())), false);
    }),
    configure: unary(async (request: pb.ConfigureRequest) => {
      const rehearsal = enterRehearsal(caller, world.marker);
      const urn = request.getUrn() ?? "";
      if (urn !== "") assertRehearsed(urn, rehearsal);
      await provider.configure(fromStruct(request.getArgs()));
      return new pb.ConfigureResponse()
        .setAcceptsecrets(true)
        .setSupportspreview(true)
        .setSupportsAutonamingConfiguration(true);
    }),

    check: unary((request: pb.CheckRequest) => {
      const { inputs, failures } = provider.check({
        urn: guard(request.getUrn()),
        inputs: fromStruct(request.getNews()),
        old: fromStruct(request.getOlds()),
        seed: request.getRandomseed_asU8(),
        naming: engineNaming(request.getAutonaming()),
      });
      return new pb.CheckResponse().setInputs(toStruct(inputs)).setFailuresList(failures.map(toCheckFailure));
    }),
    diff: unary((request: pb.DiffRequest) => {
      const urn = guard(request.getUrn());
      const { changes, deleteBeforeReplace } = provider.diff(
        urn,
        fromStruct(request.getOldInputs()),
        fromStruct(request.getNews()),
      );
      return toDiff(changes, deleteBeforeReplace);
    }),
    create: unary(async (request: pb.CreateRequest) => {
      const urn = guard(request.getUrn());
      const inputs = fromStruct(request.getProperties());
      const { id, state } = request.getPreview()
        ? { id: "", state: await provider.previewCreate(urn, inputs) }
        : await provider.create(urn, inputs, timeout(request));
      return new pb.CreateResponse().setId(id).setProperties(toStruct(state));
    }),
    update: unary(async (request: pb.UpdateRequest) => {
      const urn = guard(request.getUrn());
      const inputs = fromStruct(request.getNews());
      const state = request.getPreview()
        ? await provider.previewUpdate(urn, request.getId(), inputs, fromStruct(request.getOlds()))
        : await provider.update(urn, request.getId(), inputs, timeout(request));
      return new pb.UpdateResponse().setProperties(toStruct(state));
    }),
    read: unary(async (request: pb.ReadRequest) => {
      const urn = guard(request.getUrn());
      const [inputs, state] = [fromStruct(request.getInputs()), fromStruct(request.getProperties())];
      const found = await provider.read(urn, request.getId(), inputs, state);
      if (found === undefined) return new pb.ReadResponse();
      return new pb.ReadResponse()
        .setId(found.id)
        .setInputs(toStruct(found.inputs))
        .setProperties(toStruct(found.state));
    }),
    delete: unary(async (request: pb.DeleteRequest) => {
      await provider.delete(guard(request.getUrn()), request.getId(), timeout(request));
      return new emptyPb.Empty();
    }),

    invoke: unary((request: pb.InvokeRequest): pb.InvokeResponse => refuse(`the look-up ${request.getTok()}`)),
    call: unary((request: pb.CallRequest): pb.CallResponse => refuse(`the method ${request.getTok()}`)),
    construct: unary((request: pb.ConstructRequest): pb.ConstructResponse =>
      refuse(`the remote component ${request.getType()}`),
    ),
    parameterize: unary((_request: pb.ParameterizeRequest): pb.ParameterizeResponse => refuse("parameters")),
    list: (call: grpc.ServerWritableStream<pb.ListRequest, pb.ListResponse>) => {
      call.emit("error", { code: grpc.status.UNIMPLEMENTED, details: new Unsupported(packageOf, "listing").message });
    },
    getMapping: unary((_request: pb.GetMappingRequest) => new pb.GetMappingResponse()),
    getMappings: unary((_request: pb.GetMappingsRequest) => new pb.GetMappingsResponse()),
  };
}

/** Answers with what `handle` returns, or with the message of what it throws. */
function unary<Request, Response>(
  handle: (request: Request) => Response | Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
  return (call, answer) => {
    Promise.resolve(call.request)
      .then(handle)
      .then(
        (response) => answer(null, response),
        (error: unknown) => {
          const code = error instanceof Unsupported ? grpc.status.UNIMPLEMENTED : grpc.status.UNKNOWN;
          const details = error instanceof Error ? error.message : String(error);
          answer({ code, details, ...(error instanceof InitFailed ? { metadata: initFailure(error) } : {}) });
        },
      );
  };
}

/** How the protocol says that an object exists and belongs in the state although it can not be used. */
function initFailure({ stored: { id, inputs, state }, reasons, message }: InitFailed): grpc.Metadata {
  const failure = new pb.ErrorResourceInitFailed()
    .setId(id)
    .setInputs(toStruct(inputs))
    .setProperties(toStruct(state))
    .setReasonsList([...reasons]);
  const packed = new anyPb.Any();
  packed.pack(failure.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new statusPb.Status();
  status.setCode(grpc.status.UNKNOWN);
  status.setMessage(message);
  status.addDetails(packed);
  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return metadata;
}

/** `customTimeouts` of the resource; zero stands for none. */
function timeout(request: pb.CreateRequest | pb.UpdateRequest | pb.DeleteRequest): number | undefined {
  return request.getTimeout() === 0 ? undefined : request.getTimeout();
}

class Unsupported extends Error {
  constructor({ name }: Package, what: string) {
    super(`The twin of ${name} does not simulate ${what}; what stock or time decides is read from the lock`);
  }
}

function engineNaming(options: pb.CheckRequest.AutonamingOptions | undefined): EngineNaming {
  if (options === undefined) return undefined;
  const name = options.getProposedName();
  const { DISABLE, ENFORCE } = pb.CheckRequest.AutonamingOptions.Mode;
  if (options.getMode() === DISABLE) return { mode: "disable" };
  return { mode: options.getMode() === ENFORCE ? "enforce" : "propose", name };
}

function toCheckFailure({ property, reason }: Failure): pb.CheckFailure {
  return new pb.CheckFailure().setProperty(property).setReason(reason);
}

function toDiff(changes: readonly Change[], deleteBeforeReplace: boolean): pb.DiffResponse {
  const topLevel = (some: readonly Change[]): string[] => [...new Set(some.map(({ path }) => String(path[0])))];
  const { DIFF_NONE, DIFF_SOME } = pb.DiffResponse.DiffChanges;
  const response = new pb.DiffResponse()
    .setChanges(changes.length === 0 ? DIFF_NONE : DIFF_SOME)
    .setDiffsList(topLevel(changes))
    .setReplacesList(topLevel(changes.filter((change) => change.replaces)))
    .setDeletebeforereplace(deleteBeforeReplace)
    .setHasdetaileddiff(true);
  for (const change of changes) {
    const detail = new pb.PropertyDiff().setKind(KINDS[change.kind][change.replaces ? 1 : 0]).setInputdiff(true);
    response.getDetaileddiffMap().set(formatPath(change.path), detail);
  }
  return response;
}

const { ADD, ADD_REPLACE, DELETE, DELETE_REPLACE, UPDATE, UPDATE_REPLACE } = pb.PropertyDiff.Kind;
/** In place, and by replacement. */
const KINDS = {
  add: [ADD, ADD_REPLACE],
  delete: [DELETE, DELETE_REPLACE],
  update: [UPDATE, UPDATE_REPLACE],
} as const;
