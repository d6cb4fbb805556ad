import resproto from "@pulumi/pulumi/proto/resource_pb.js";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks.js";
import { specialSecretSig, specialSigKey } from "@pulumi/pulumi/runtime/rpc.js";
import { rootPulumiStackTypeName } from "@pulumi/pulumi/runtime/stack.js";
import structproto, { type Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import type { Row } from "../../policies/row.ts";
import { toRow, type Properties } from "./normalise.ts";
import { standIns } from "./stand-ins.ts";

type Reply<Response> = (error: unknown, response: Response | undefined) => void;

/**
 * Takes the engine's place while a program runs: keeps every registration as a row, and answers as a preview of a new
 * stack does: inputs come back as outputs, all others are unknown.
 */
export class RecordingMonitor extends MockMonitor {
  readonly rows: Row[] = [];
  readonly #project: string;
  readonly #stack: string;

  constructor(project: string, stack: string) {
    const unused = (): never => {
      throw new Error("RecordingMonitor answers by itself.");
    };
    super({ newResource: unused, call: unused });
    this.#project = project;
    this.#stack = stack;
  }

  override async registerResource(
    request: resproto.RegisterResourceRequest,
    reply: Reply<resproto.RegisterResourceResponse>,
  ): Promise<void> {
    const object = request.getObject() ?? new structproto.Struct();
    const urn = this.#record(request, request.getCustom(), propertiesOf(object));
    for (const [key, value] of Object.entries(standIns(request.getType(), urn))) {
      object.getFieldsMap().set(key, structproto.Value.fromJavaScript(secret(value)));
    }
    const response = new resproto.RegisterResourceResponse().setUrn(urn).setId(request.getImportid());
    reply(null, response.setObject(object));
  }

  override async readResource(
    request: resproto.ReadResourceRequest,
    reply: Reply<resproto.ReadResourceResponse>,
  ): Promise<void> {
    const urn = this.#record(request, true, propertiesOf(request.getProperties()));
    reply(null, new resproto.ReadResourceResponse().setUrn(urn).setProperties(request.getProperties()));
  }

  override registerResourceOutputs(_request: resproto.RegisterResourceOutputsRequest, reply: Reply<object>): void {
    reply(null, {});
  }

  override async invoke(request: resproto.ResourceInvokeRequest, reply: Reply<never>): Promise<void> {
    reply(lookUpError(request.getTok()), undefined);
  }

  /** Method calls on resources; the mock monitor has no answer for them. */
  call(request: resproto.ResourceCallRequest, reply: Reply<never>): void {
    reply(lookUpError(request.getTok()), undefined);
  }

  #record(
    request: resproto.RegisterResourceRequest | resproto.ReadResourceRequest,
    custom: boolean,
    properties: Properties,
  ): string {
    const [type, name, parent, provider] = [
      request.getType(),
      request.getName(),
      request.getParent(),
      request.getProvider(),
    ];
    const urn = this.#urn(parent, type, name);
    this.rows.push(toRow({ urn, type, name, parent, custom, provider, properties }));
    return urn;
  }

  /** The engine qualifies a type by its ancestors' types, the stack's left out. */
  #urn(parent: string, type: string, name: string): string {
    const above = parent.split("::")[2];
    const qualified = above === undefined || above === rootPulumiStackTypeName ? type : `${above}$${type}`;
    return `urn:pulumi:${this.#stack}::${this.#project}::${qualified}::${name}`;
  }
}

function propertiesOf(struct: Struct | undefined): Properties {
  return (struct?.toJavaScript() ?? {}) as Properties;
}

const secret = (value: string): { readonly [key: string]: string } => ({ [specialSigKey]: specialSecretSig, value });

/** In the shape of a gRPC error, whose `details` the SDK shows. */
function lookUpError(token: string): Error & { readonly details: string } {
  const fix = "put what it would find into the environment's lock file";
  const details = `${token}: the plan does not look anything up; ${fix}.`;
  return Object.assign(new Error(details), { details });
}
