import { COMPOSE_EXAMPLE, COMPOSE_PROJECT, SERVICE, serviceName, servicesOf } from "../compose.ts";
import { bad, boundary, changed, good, unknown } from "../example.ts";
import { demand, noParameters, resourceRule } from "../resource-rule.ts";
import { UNKNOWN, type Value } from "../row.ts";
import { asList, asText, below, itemsOf } from "../values.ts";

const VOLUMES = `${SERVICE}.volumes`;
/** What the project's own releases and secrets are in. */
const OWN = "/var/lib/splitfleet/";

export const composeContainersStayUnprivileged = resourceRule({
  id: "security/compose-containers-stay-unprivileged",
  title: "Containers of Docker Compose get nothing of their server",
  why:
    "A privileged container, one with Docker's socket and one that writes to its server's folders are root of the " +
    "server with everything on it. Capabilities and programs that change their user are the first steps there.",
  severity: "critical",
  level: "mandatory",
  config: noParameters,
  unknown: "fail",
  fix: "Leave `override.compose` what the runtime sets: no capability, no new privilege, folders of the server read only.",
  source: "CIS Docker Benchmark 5.4, 5.6, 5.26 and 5.32",
  types: [COMPOSE_PROJECT],
  examples: [
    good("no capability, no new privilege, a volume and a file to read", COMPOSE_EXAMPLE),
    bad("a privileged one", changed(COMPOSE_EXAMPLE, `${SERVICE}.privileged`, true), `${SERVICE}.privileged`),
    bad("a capability", changed(COMPOSE_EXAMPLE, `${SERVICE}.cap_add`, ["NET_ADMIN"]), `${SERVICE}.cap_add`),
    bad("the server's processes", changed(COMPOSE_EXAMPLE, `${SERVICE}.pid`, "host"), `${SERVICE}.pid`),
    bad(
      "Docker's socket, even to read",
      changed(COMPOSE_EXAMPLE, VOLUMES, ["/var/run/docker.sock:/docker.sock:ro"]),
      `${VOLUMES}[0]`,
    ),
    boundary(
      "capabilities that were kept",
      changed(COMPOSE_EXAMPLE, `${SERVICE}.cap_drop`, ["NET_RAW"]),
      `${SERVICE}.cap_drop`,
    ),
    boundary("new privileges", changed(COMPOSE_EXAMPLE, `${SERVICE}.security_opt`, []), `${SERVICE}.security_opt`),
    boundary("a folder of the server to read", changed(COMPOSE_EXAMPLE, VOLUMES, ["/:/host:ro,rslave"])),
    boundary("the same to write", changed(COMPOSE_EXAMPLE, VOLUMES, ["/srv:/host:rslave"]), `${VOLUMES}[0]`),
    boundary("a folder of the project to write", changed(COMPOSE_EXAMPLE, VOLUMES, [`${OWN}compose/x:/x`])),
    unknown("a volume that `up` decides", changed(COMPOSE_EXAMPLE, VOLUMES, [UNKNOWN]), `${VOLUMES}[0]`),
  ],

  *inspect(row) {
    for (const { name, service } of servicesOf(row)) {
      const whose = serviceName(row, name);
      for (const { key, isMet, limit, wrong } of DEMANDS) {
        yield* demand(below(service, key), { isMet, limit, message: `${whose} ${wrong}.` });
      }
      for (const volume of itemsOf(below(service, "volumes"))) {
        yield* demand(volume, {
          isMet: (value) => isHarmless(asText(value) ?? ""),
          limit: "a volume, or a folder of the server to read, and never Docker's socket",
          message: `${whose} can change its server.`,
        });
      }
    }
  },
});

interface PropertyDemand {
  readonly key: string;
  readonly isMet: (value: Value | undefined) => boolean;
  readonly limit: string;
  readonly wrong: string;
}

const own = (key: string): PropertyDemand => ({
  key,
  isMet: (value) => value !== "host",
  limit: "its own",
  wrong: "shares what its server has to itself",
});

const DEMANDS: readonly PropertyDemand[] = [
  { key: "privileged", isMet: (value) => value !== true, limit: "false", wrong: "is root of its server" },
  { key: "cap_drop", isMet: (value) => asList(value).includes("ALL"), limit: "ALL", wrong: "keeps capabilities" },
  { key: "cap_add", isMet: (value) => asList(value).length === 0, limit: "none", wrong: "has a capability" },
  {
    key: "security_opt",
    isMet: (value) => asList(value).includes("no-new-privileges:true"),
    limit: "no-new-privileges:true",
    wrong: "may gain privileges",
  },
  own("pid"),
  own("ipc"),
];

/** Whether a mount, in the short form `source:target:options`, lets nothing of the server be changed. */
function isHarmless(mount: string): boolean {
  const [source = "", , options = ""] = mount.split(":");
  if (!source.startsWith("/")) return source !== "";
  if (/(?:^|\/)docker\.sock$/.test(source)) return false;
  return source.startsWith(OWN) || options.split(",").includes("ro");
}
