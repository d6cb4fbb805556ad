import grpc from "@grpc/grpc-js";
import { EventsService, type IEventsServer } from "@pulumi/pulumi/proto/events_grpc_pb.js";
import emptypb from "google-protobuf/google/protobuf/empty_pb.js";
import { engineEvent, type EngineEvent } from "./events.ts";

/**
 * Receives an operation's events from the CLI over loopback. A file would do as well, were it not that the engine's
 * debug messages, which come with the events, hold secrets in plain text: so they are never written anywhere.
 */
export class EventServer {
  readonly #server: grpc.Server;
  /** What the CLI takes for `--event-log`. */
  readonly address: string;

  private constructor(server: grpc.Server, port: number) {
    this.#server = server;
    this.address = `tcp://127.0.0.1:${port}`;
  }

  static async start(onEvent: (event: EngineEvent) => void): Promise<EventServer> {
    const server = new grpc.Server({ "grpc.max_receive_message_length": -1 });
    const streamEvents: IEventsServer["streamEvents"] = (call, callback) => {
      call.on("data", (request) => onEvent(engineEvent.parse(JSON.parse(request.getEvent()))));
      call.on("end", () => callback(null, new emptypb.Empty()));
    };
    server.addService(EventsService, { streamEvents });
    const port = await new Promise<number>((resolve, reject) => {
      const credentials = grpc.ServerCredentials.createInsecure();
      server.bindAsync("127.0.0.1:0", credentials, (error, bound) => (error === null ? resolve(bound) : reject(error)));
    });
    return new EventServer(server, port);
  }

  close(): void {
    this.#server.forceShutdown();
  }
}
