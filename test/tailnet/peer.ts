import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** Run in a namespace: `serve <port>` answers for as long as it runs, `call <address:port>...` prints what it got, as JSON. */
const [verb, ...args] = process.argv.slice(2);

/** So many bytes each way, that packets are as large as the path lets them be. */
const BYTES = 50_000;
const PATIENCE_MS = 4_000;

/** Says from where the caller seems to come, after it has heard all of what the caller has to say. */
function answer(socket: Socket): void {
  let heard = 0;
  socket.on("error", () => socket.destroy());
  socket.on("data", (data) => {
    heard += data.length;
    if (heard === BYTES) socket.end(`${socket.remoteAddress?.replace("::ffff:", "")}\n${"y".repeat(BYTES)}`);
  });
}

async function call(target: string): Promise<string> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const answered = await callOnce(target);
    // Who refuses was reached, and does not serve yet.
    if (!answered.includes("ECONNREFUSED") || Date.now() > deadline) return answered;
    await sleep(100);
  }
}

async function callOnce(target: string): Promise<string> {
  const [host = "", port] = target.split(":");
  const socket = connect({ host, port: Number(port), timeout: PATIENCE_MS });
  socket.on("timeout", () => socket.destroy(new Error("no answer")));
  try {
    await once(socket, "connect");
    socket.write("x".repeat(BYTES));
    let text = "";
    for await (const part of socket.setEncoding("utf8")) text += String(part);
    const [seen = "", rest = ""] = text.split("\n");
    return rest.length === BYTES ? `seen as ${seen}` : `${rest.length} bytes of ${BYTES}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    socket.destroy();
  }
}

if (verb === "serve") createServer(answer).listen(Number(args[0]), "0.0.0.0");
else process.stdout.write(JSON.stringify(await Promise.all(args.map(call))));
