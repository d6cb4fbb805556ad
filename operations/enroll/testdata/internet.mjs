// What a host behind NAT finds on the internet: downloads, a clock, a control server that takes each key once, and two
// addresses that tell a caller by which port it came. Arguments: folder of the downloads, the two addresses.
import { createSocket } from "node:dgram";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";

const [folder = "", ...addresses] = process.argv.slice(2);
const spent = new Set();

const server = createServer((request, response) => {
  const name = path.basename(new URL(request.url ?? "/", "http://localhost").pathname);
  const offset = Number(readFileSync(path.join(folder, "clock-offset"), "utf8"));
  response.setHeader("date", new Date(Date.now() + offset * 1000).toUTCString());
  if (request.url?.startsWith("/join/")) {
    response.statusCode = spent.has(name) ? 403 : 200;
    spent.add(name);
    response.end();
  } else if (existsSync(path.join(folder, name))) response.end(readFileSync(path.join(folder, name)));
  else response.end(`${name}\n`);
});

for (const address of addresses) {
  const socket = createSocket("udp4");
  socket.on("message", (_, { address: from, port }) => socket.send(String(port), port, from));
  await new Promise((done) => socket.bind(3478, address, () => done(undefined)));
}
server.listen(80, "0.0.0.0", () => process.stdout.write("ready\n"));
