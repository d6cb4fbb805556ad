// What stands on PATH as `pulumi-resource-<package>`: asks the twin's daemon for a provider instance, prints its port
// for the engine and lives as long as the engine keeps standard input open. Only node:net, so that it starts at once.
const net = require("node:net");

const { SPLITFLEET_TWIN_SOCKET: socket, SPLITFLEET_REHEARSAL: rehearsal, PULUMI_BACKEND_URL: backend } = process.env;
const name = process.argv[2];

function fail(message) {
  process.stderr.write(`pulumi-resource-${name} is the simulated one of Splitfleet: ${message}\n`);
  process.exit(1);
}

if (!socket) {
  fail("no rehearsal is running (SPLITFLEET_TWIN_SOCKET is not set). Use `npm run up` or `npm run shell`.");
} else {
  let text = "";
  const connection = net.connect(socket, () => {
    connection.write(`${JSON.stringify({ package: name, rehearsal, backend })}\n`);
  });
  connection.on("error", ({ code }) => {
    fail(`its daemon does not answer at ${socket} (${code}). Start a new one with \`npm run shell\`.`);
  });
  connection.on("close", () => fail("its daemon has ended."));
  connection.setEncoding("utf8").on("data", (chunk) => {
    text += chunk;
    if (!text.endsWith("\n")) return;
    const { port, error } = JSON.parse(text);
    text = "";
    if (error) fail(error);
    process.stdout.write(`${port}\n`);
  });
  process.stdin
    .resume()
    .on("end", () => process.exit(0))
    .on("error", () => process.exit(0));
  process.on("SIGINT", () => process.exit(0)); // How the engine closes a plugin; the terminal does not reach it.
  process.on("SIGTERM", () => process.exit(0));
}
