import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import grpc from "@grpc/grpc-js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { packages } from "../packages.ts";
import { World } from "../world/world.ts";
import type { Stored } from "./provider.ts";
import type { Caller } from "./rehearsal.ts";
import { serve, type Served } from "./service.ts";
import { fromStruct, toStruct, type Properties } from "./values.ts";

/** What tests set: everything that the twin would take from the machine. */
export interface RehearsalOptions {
  readonly now?: () => Date;
  readonly caller?: Partial<Caller>;
}

/** A rehearsal in a temporary folder, with provider instances that tests talk to as the engine does. */
export class TestRehearsal {
  readonly marker = mkdtempSync(path.join(os.tmpdir(), "twin-"));
  readonly world: World;
  readonly caller: Caller;
  readonly #served: Served[] = [];
  readonly #clients: TestProvider[] = [];

  constructor({ now = () => new Date("2026-01-02T03:04:05Z"), caller = {} }: RehearsalOptions = {}) {
    let counter = 0;
    const random = (bytes: number): Uint8Array => {
      counter += 1;
      const filled = Buffer.alloc(bytes);
      filled.writeUIntBE(counter, 0, 6);
      return filled;
    };
    this.world = new World(this.marker, { now, random, latencyMs: 0 });
    this.caller = { rehearsal: this.marker, backend: `file://${this.marker}/state`, ...caller };
    mkdirSync(path.join(this.marker, "state"));
    this.write("rehearsal.json", { environment: "sandbox", project: "splitfleet", createdAt: "2026-01-02T03:04:05Z" });
  }

  write(file: string, content: unknown): void {
    mkdirSync(path.dirname(path.join(this.marker, file)), { recursive: true });
    writeFileSync(path.join(this.marker, file), JSON.stringify(content));
  }

  async provider(name: string): Promise<TestProvider> {
    const packageOf = packages.get(name);
    if (packageOf === undefined) throw new Error(`no package ${name}`);
    const served = await serve(packageOf, this.world, this.caller);
    const client = new TestProvider(served.port);
    this.#served.push(served);
    this.#clients.push(client);
    return client;
  }

  end(): void {
    this.#clients.forEach((client) => client.close());
    this.#served.forEach((served) => served.close());
    rmSync(this.marker, { recursive: true });
  }
}

export function urnOf(type: string, name: string, stack = "sandbox"): string {
  return `urn:pulumi:${stack}::splitfleet::splitfleet:fleet:Fleet$${type}::${name}`;
}

const KIND_NAMES = new Map(Object.entries(pb.PropertyDiff.Kind).map(([name, kind]) => [kind, name]));

export interface CheckOptions {
  readonly old?: Properties;
  readonly seed?: string;
  readonly naming?: pb.CheckRequest.AutonamingOptions;
}

/** The provider protocol in plain values. */
export class TestProvider {
  readonly #client: providerGrpc.ResourceProviderClient;

  constructor(port: number) {
    const address = `127.0.0.1:${port}`;
    const credentials = grpc.credentials.createInsecure();
    this.#client = new providerGrpc.ResourceProviderClient(address, credentials, { "grpc.enable_http_proxy": 0 });
  }

  close(): void {
    this.#client.close();
  }

  async checkConfig(packageName: string, settings: Properties, stack = "sandbox"): Promise<string[]> {
    const urn = `urn:pulumi:${stack}::splitfleet::pulumi:providers:${packageName}::provider`;
    const request = new pb.CheckRequest().setUrn(urn).setNews(toStruct(settings));
    const response = await this.#call<pb.CheckResponse>((answer) => this.#client.checkConfig(request, answer));
    return response.getFailuresList().map((failure) => failure.getReason());
  }

  async configure(settings: Properties = {}): Promise<void> {
    const request = new pb.ConfigureRequest().setArgs(toStruct(settings));
    await this.#call<pb.ConfigureResponse>((answer) => this.#client.configure(request, answer));
  }

  async check(
    urn: string,
    inputs: Properties,
    { old = {}, seed = "seed", naming }: CheckOptions = {},
  ): Promise<{ inputs: Properties; failures: { property: string; reason: string }[] }> {
    const request = new pb.CheckRequest().setUrn(urn).setNews(toStruct(inputs)).setOlds(toStruct(old));
    request.setRandomseed(Buffer.from(seed));
    if (naming !== undefined) request.setAutonaming(naming);
    const response = await this.#call<pb.CheckResponse>((answer) => this.#client.check(request, answer));
    const failures = response.getFailuresList().map((failure) => failure.toObject());
    return { inputs: fromStruct(response.getInputs()), failures };
  }

  async diff(
    urn: string,
    old: Properties,
    inputs: Properties,
  ): Promise<{ replaces: string[]; deleteBeforeReplace: boolean; detail: Record<string, string> }> {
    const request = new pb.DiffRequest().setUrn(urn).setOldInputs(toStruct(old)).setNews(toStruct(inputs));
    const response = await this.#call<pb.DiffResponse>((answer) => this.#client.diff(request, answer));
    const detail: Record<string, string> = {};
    response.getDetaileddiffMap().forEach((difference, at) => {
      detail[at] = KIND_NAMES.get(difference.getKind()) ?? "";
    });
    return {
      replaces: response.getReplacesList(),
      deleteBeforeReplace: response.getDeletebeforereplace(),
      detail,
    };
  }

  async create(urn: string, inputs: Properties, preview = false): Promise<{ id: string; state: Properties }> {
    const request = new pb.CreateRequest().setUrn(urn).setProperties(toStruct(inputs)).setPreview(preview);
    const response = await this.#call<pb.CreateResponse>((answer) => this.#client.create(request, answer));
    return { id: response.getId(), state: fromStruct(response.getProperties()) };
  }

  async update(urn: string, id: string, inputs: Properties): Promise<Properties> {
    return this.#update(new pb.UpdateRequest().setUrn(urn).setId(id).setNews(toStruct(inputs)));
  }

  async previewUpdate(urn: string, id: string, inputs: Properties, oldState: Properties): Promise<Properties> {
    const request = new pb.UpdateRequest().setUrn(urn).setId(id).setNews(toStruct(inputs));
    return this.#update(request.setPreview(true).setOlds(toStruct(oldState)));
  }

  async #update(request: pb.UpdateRequest): Promise<Properties> {
    const response = await this.#call<pb.UpdateResponse>((answer) => this.#client.update(request, answer));
    return fromStruct(response.getProperties());
  }

  async read(urn: string, id: string, inputs: Properties = {}): Promise<Stored> {
    const request = new pb.ReadRequest().setUrn(urn).setId(id).setInputs(toStruct(inputs));
    const response = await this.#call<pb.ReadResponse>((answer) => this.#client.read(request, answer));
    return {
      id: response.getId(),
      inputs: fromStruct(response.getInputs()),
      state: fromStruct(response.getProperties()),
    };
  }

  async delete(urn: string, id: string): Promise<void> {
    const request = new pb.DeleteRequest().setUrn(urn).setId(id);
    await this.#call<emptyPb.Empty>((answer) => this.#client.delete(request, answer));
  }

  async invoke(token: string): Promise<void> {
    const request = new pb.InvokeRequest().setTok(token);
    await this.#call<pb.InvokeResponse>((answer) => this.#client.invoke(request, answer));
  }

  async cancel(): Promise<void> {
    await this.#call<emptyPb.Empty>((answer) => this.#client.cancel(new emptyPb.Empty(), answer));
  }

  /** Rejects with the message that the engine would print. */
  #call<Response>(start: (answer: grpc.requestCallback<Response>) => unknown): Promise<Response> {
    return new Promise((resolve, reject) => {
      start((error, response) => {
        if (response === undefined) reject(new Error(error?.details));
        else resolve(response);
      });
    });
  }
}
