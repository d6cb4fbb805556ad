import { flushCompileCache } from "node:module";
import grpc from "@grpc/grpc-js";
import { addLanguageRuntime } from "./service.ts";

/**
 * The engine's language plugin for Node.js, for a Pulumi CLI that came without the official one. Speaks the same
 * protocol: the last argument is the engine's address, the first line on standard output the port to call, and the
 * process ends when standard input does, so that a killed engine leaves nothing behind.
 */
const server = new grpc.Server({ "grpc.max_receive_message_length": -1 });
addLanguageRuntime(server, { engineAddress: process.argv.at(-1) ?? "" });
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  process.stdout.write(`${port}\n`);
  setImmediate(flushCompileCache);
});
process.stdin.resume().on("close", () => process.exit(0));
