import { COMPOSE_EXAMPLE, COMPOSE_PROJECT, SERVICE, serviceName, servicesOf } from "../compose.ts";
import { bad, boundary, changed, good, unknown } from "../example.ts";
import { demand, noParameters, resourceRule } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import { asText, below, itemsOf } from "../values.ts";

const PORTS = `${SERVICE}.ports`;
const NETWORK_MODE = `${SERVICE}.network_mode`;

/** The variable that the node fills with its own address in the mesh, the mesh's range, and the loopback. */
const INSIDE =
  /^(?:\$\{MESH_ADDRESS(?::\?[^}]*)?\}|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.\d+\.\d+|127\.\d+\.\d+\.\d+|\[::1\]):/;

export const composePortsStayInside = resourceRule({
  id: "security/compose-ports-stay-inside",
  title: "Docker Compose publishes ports on the mesh and the loopback only",
  why:
    "A published port without an address listens on all of them, and Docker's own rules let it in before the " +
    "firewall of the server is asked. A container in the host's network does the same without publishing anything.",
  severity: "critical",
  level: "mandatory",
  config: noParameters,
  unknown: "fail",
  fix: "Give the port the audience mesh, which publishes it at the server's own address in the mesh.",
  source: "https://docs.docker.com/engine/network/packet-filtering-firewalls/",
  types: [COMPOSE_PROJECT],
  examples: [
    good("a port at the mesh's address", COMPOSE_EXAMPLE),
    good("the network of another container", changed(COMPOSE_EXAMPLE, NETWORK_MODE, "service:api_pod")),
    bad("a port on every address", changed(COMPOSE_EXAMPLE, PORTS, ["8000:8000"]), `${PORTS}[0]`),
    bad("the host's network", changed(COMPOSE_EXAMPLE, NETWORK_MODE, "host"), NETWORK_MODE),
    boundary("the last address of the mesh", changed(COMPOSE_EXAMPLE, PORTS, ["100.127.255.255:8000:8000/tcp"])),
    boundary("the first after it", changed(COMPOSE_EXAMPLE, PORTS, ["100.128.0.0:8000:8000/tcp"]), `${PORTS}[0]`),
    boundary("the loopback", changed(COMPOSE_EXAMPLE, PORTS, ["127.0.0.1:8000:8000"])),
    boundary("another variable", changed(COMPOSE_EXAMPLE, PORTS, ["${PUBLIC_ADDRESS}:8000:8000"]), `${PORTS}[0]`),
    unknown("a port that `up` decides", changed(COMPOSE_EXAMPLE, PORTS, [UNKNOWN]), `${PORTS}[0]`),
  ],

  *inspect(row) {
    for (const { name, service } of servicesOf(row)) {
      for (const port of itemsOf(below(service, "ports"))) {
        yield* demand(port, {
          isMet: (value) => INSIDE.test(asText(value) ?? ""),
          limit: "an address of the mesh or the loopback before the port",
          message: `${serviceName(row, name)} listens where the internet reaches it.`,
        });
      }
      yield* demand(below(service, "network_mode"), {
        isMet: (value) => value !== "host",
        limit: "a network of the project",
        message: `${serviceName(row, name)} is in the network of its server.`,
      });
    }
  },
});
