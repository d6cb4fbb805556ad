import { bad, boundary, changed, exampleRow, good, unknown } from "../example.ts";
import { demand, noParameters, resourceRule } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import { asText, isTrue, placeIn } from "../values.ts";

const RECORD = "cloudflare:index/dnsRecord:DnsRecord";
const record = exampleRow(RECORD, "app", {
  zoneId: "0123456789abcdef0123456789abcdef",
  name: "app.example.org",
  type: "CNAME",
  content: "6d9c1f0e.cfargotunnel.com",
  proxied: true,
  ttl: 1,
});
const text = exampleRow(RECORD, "proof", { ...record.inputs, type: "TXT", content: "v=spf1 -all", proxied: false });

/** Types that lead to a server; the others are data. */
const LEADING = ["A", "AAAA", "CNAME"];
const TARGETS = /\.(?:cfargotunnel\.com|pages\.dev)$/;

export const edgeHidesOrigins = resourceRule({
  id: "security/edge-hides-origins",
  title: "Public names lead to the tunnel or to static files",
  why:
    "A record that names a server's own address tells everybody where to go past Cloudflare, and one that is not " +
    "proxied is that server in the open. Behind a tunnel there is no address to tell.",
  severity: "critical",
  level: "mandatory",
  config: noParameters,
  unknown: "ignore",
  fix: "Publish the port by `hostnames` of its workload: the edge makes a proxied record that leads to the tunnel.",
  source: "https://developers.cloudflare.com/fundamentals/security/protect-your-origin-server/",
  types: [RECORD],
  examples: [
    good("a proxied name of the tunnel", record),
    good("a front end on Pages", changed(record, "content", "app.pages.dev")),
    good("text, which leads nowhere", text),
    bad("the address of a server", changed(changed(record, "type", "A"), "content", "203.0.113.7"), "content"),
    bad("a name that is not proxied", changed(record, "proxied", false), "proxied"),
    boundary("nothing said, which is not proxied", changed(record, "proxied", undefined), "proxied"),
    boundary("a name that only ends alike", changed(record, "content", "evilcfargotunnel.com"), "content"),
    unknown("a tunnel whose id `up` decides", changed(record, "content", UNKNOWN), "content"),
  ],

  *inspect(row) {
    const type = asText(row.inputs["type"]);
    if (type !== undefined && !LEADING.includes(type)) return;
    yield* demand(placeIn(row, "proxied"), {
      isMet: isTrue,
      limit: "true",
      message: `${row.name} shows the world what it leads to.`,
    });
    yield* demand(placeIn(row, "content"), {
      isMet: (value) => TARGETS.test(asText(value) ?? ""),
      limit: "a tunnel under cfargotunnel.com, or a site under pages.dev",
      message: `${row.name} leads past the tunnel.`,
    });
  },
});
