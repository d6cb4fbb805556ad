import { parse } from "yaml";
import type { z } from "zod";
import { bad, boundary, changed, exampleRow, good, unknown } from "../example.ts";
import { noParameters } from "../resource-rule.ts";
import { UNKNOWN, type Row, type Value } from "../row.ts";
import type { Rule } from "../rule.ts";
import { asList, asObject, asText, join, placeIn, shown } from "../values.ts";

const COMPONENT = "splitfleet:edge:Tunnel";
const TUNNEL = "cloudflare:index/zeroTrustTunnelCloudflared:ZeroTrustTunnelCloudflared";
const RECORD = "cloudflare:index/dnsRecord:DnsRecord";
const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";

const component = exampleRow(COMPONENT, "production", {}, { custom: false });
const tunnel = exampleRow(TUNNEL, "production-tunnel", { configSrc: "local" }, { parent: component.urn });
const record = exampleRow(RECORD, "production-app", { name: "app.example.org" }, { parent: component.urn });
const routes = (text: string): Row => exampleRow(CONFIG_MAP, "tunnel", { data: { "config.yml": text } });
const CONFIG = 'data["config.yml"]';
const REST = "  - service: http_status:404\n";
const APP = "  - hostname: app.example.org\n    service: http://gateway:8000\n";
const served = routes(`ingress:\n${APP}${REST}`);
const sound = [tunnel, component, record, served];

export const tunnelServesDeclaredNames: Rule<z.output<typeof noParameters>> = {
  id: "security/tunnel-serves-declared-names",
  title: "The tunnel leads the names that workloads publish, and no other",
  why:
    "What a tunnel lets in is decided by its routes. Routes that are kept in a dashboard can be changed without a " +
    "review, a route for every name publishes whatever is asked for, and a record without a route answers nothing.",
  severity: "high",
  level: "mandatory",
  scope: "environment",
  config: noParameters,
  unknown: "fail",
  fix: "Keep the routes in the tunnel's own file (`configSrc: local`), and publish ports by `hostnames` of workloads.",
  source:
    "https://developers.cloudflare.com/cloudflare-one/networks/connectors/cloudflare-tunnel/do-more-with-tunnels/local-management/configuration-file/",
  examples: [
    good("a record and a route for each name", sound),
    bad(
      "routes that are kept in a dashboard",
      [changed(tunnel, "configSrc", "cloudflare"), ...sound.slice(1)],
      "configSrc",
    ),
    bad("a name that the tunnel does not know", [...sound, other("old.example.org")], {
      of: other("old.example.org"),
      path: "name",
    }),
    bad(
      "a route for every name",
      [tunnel, component, record, routes("ingress:\n  - service: http://gateway:8000\n")],
      [
        { of: served, path: CONFIG },
        { of: record, path: "name" },
      ],
    ),
    boundary("a route without a record", [tunnel, component, served], { of: served, path: CONFIG }),
    boundary("no word on where the routes are, which is the tunnel's file", [
      changed(tunnel, "configSrc", undefined),
      ...sound.slice(1),
    ]),
    boundary("routes, and no tunnel of ours", served),
    unknown("a place that `up` decides", [changed(tunnel, "configSrc", UNKNOWN), ...sound.slice(1)], "configSrc"),
  ],

  *check(rows) {
    const tunnels = rows.filter(({ type }) => type === TUNNEL);
    if (tunnels.length === 0) return;
    for (const row of tunnels) {
      const { path, value } = placeIn(row, "configSrc");
      if (value === undefined || value === "local") continue;
      const message = `What ${row.name} lets in is not decided by the plan.`;
      yield { urn: row.urn, path, message, value: shown(value), limit: "local" };
    }
    const edges = new Set(rows.filter(({ type }) => type === COMPONENT).map(({ urn }) => urn));
    const records = rows.filter(({ type, parent }) => type === RECORD && edges.has(parent));
    const files = rows.flatMap((row) => routesIn(row));
    const named = new Set(records.map(({ inputs }) => asText(inputs["name"])));
    const routed = new Set(files.flatMap(({ hostnames }) => hostnames));
    for (const { row, path, hostnames, refusesRest } of files) {
      const lost = hostnames.filter((hostname) => !named.has(hostname));
      if (!refusesRest || lost.length > 0) {
        const value = refusesRest ? lost.join(", ") : "a route for every name";
        const message = refusesRest
          ? `${row.name} leads names that have no record.`
          : `${row.name} publishes any name.`;
        yield { urn: row.urn, path, message, value, limit: "the names of the edge, and http_status:404 for the rest" };
      }
    }
    for (const row of records) {
      const name = asText(row.inputs["name"]);
      if (name !== undefined && routed.has(name)) continue;
      const message = `${row.name} leads to a tunnel that does not know it.`;
      yield { urn: row.urn, path: "name", message, value: shown(row.inputs["name"]), limit: "a name with a route" };
    }
  },
};

/** The example's record under another name. */
function other(name: string): Row {
  return { ...changed(record, "name", name), urn: `${record.urn}-old`, name: "production-old" };
}

interface Routes {
  readonly row: Row;
  readonly path: string;
  readonly hostnames: readonly string[];
  /** Whether what has no route of its own is answered with an error. */
  readonly refusesRest: boolean;
}

/** The routes of `cloudflared`, where a ConfigMap holds its file. */
function routesIn(row: Row): Routes[] {
  if (row.type !== CONFIG_MAP) return [];
  return Object.entries(asObject(row.inputs["data"]) ?? {}).flatMap(([key, value]) => {
    const text = asText(value);
    if (text === undefined || !/^ingress:/m.test(text)) return [];
    const ingress = asList(asObject(parsed(text))?.["ingress"]).map(asObject);
    const rest = ingress.filter((route) => route?.["hostname"] === undefined);
    return [
      {
        row,
        path: join("data", key),
        hostnames: ingress.flatMap((route) => asText(route?.["hostname"]) ?? []),
        refusesRest:
          rest.length > 0 && rest.every((route) => /^http_status:4\d\d$/.test(asText(route?.["service"]) ?? "")),
      },
    ];
  });
}

function parsed(text: string): Value {
  try {
    const value: Value = parse(text);
    return value;
  } catch {
    return null; // It would not start with it, and lets nobody in.
  }
}
