import type { Claim, Package } from "../kind.ts";
import { textAt } from "../protocol/paths.ts";
import type { Properties } from "../protocol/values.ts";
import { installedVersion } from "./version.ts";

const TUNNEL = "cloudflare:index/zeroTrustTunnelCloudflared:ZeroTrustTunnelCloudflared";
const RECORD = "cloudflare:index/dnsRecord:DnsRecord";
const PROJECT = "cloudflare:index/pagesProject:PagesProject";
const DOMAIN = "cloudflare:index/pagesDomain:PagesDomain";

const SECRET_BYTES = 32;

/**
 * Cloudflare. What replaces follows the provider `cloudflare/cloudflare` that Pulumi bridges. Accounts and zones are not
 * made by the fleet, so any id of one is known here.
 */
export const cloudflare: Package = {
  name: "cloudflare",
  version: installedVersion("cloudflare"),
  replaceProviderOn: () => [],
  words: {
    missing: ({ at }, value) => `${at}: ${value} not found (404)`,
    inUse: ({ id }, by) => `${id} is in use by ${by.id} (400)`,
    rateLimited: "429 Too Many Requests: more than 1200 requests in five minutes",
  },
  kinds: {
    [TUNNEL]: {
      idPrefix: "tunnel",
      replaceOn: ["accountId", "configSrc"],
      claims: (inputs) => [claim(inputs, ["accountId", "name"], "You already have a tunnel with this name. (1013)")],
      outputs: {
        accountTag: ({ inputs }) => textAt(inputs, "accountId") ?? "",
        configSrc: () => "local",
        remoteConfig: ({ inputs }) => inputs["configSrc"] === "cloudflare",
        status: () => "inactive",
        tunType: () => "cfd_tunnel",
      },
      secretOutputs: ["tunnelSecret"],
      admit: ({ inputs }) => {
        const secret = Buffer.from(textAt(inputs, "tunnelSecret") ?? "", "base64");
        if (inputs["tunnelSecret"] !== undefined && secret.length < SECRET_BYTES) {
          throw new Error(`tunnel_secret: must be at least ${SECRET_BYTES} bytes and encoded as a base64 string`);
        }
      },
    },
    [RECORD]: {
      idPrefix: "record",
      replaceOn: ["zoneId"],
      claims: (inputs) => [
        claim(inputs, ["zoneId", "name"], "An A, AAAA, or CNAME record with that host already exists. (81053)"),
      ],
      outputs: { proxiable: () => true },
    },
    [PROJECT]: {
      // The API knows a project by its name.
      id: ({ name }) => `twin-${String(name)}`,
      replaceOn: ["accountId", "name"],
      claims: (inputs) => [claim(inputs, ["accountId", "name"], "A project with this name already exists. (8000002)")],
      outputs: {
        domains: () => [],
        subdomain: ({ inputs }) => `${textAt(inputs, "name") ?? ""}.pages.dev`,
      },
    },
    [DOMAIN]: {
      idPrefix: "domain",
      replaceOn: ["accountId", "name", "projectName"],
      references: [{ at: "projectName", to: PROJECT, by: "name" }],
      claims: (inputs) => [claim(inputs, ["name"], "You have already added this custom domain. (8000018)")],
      outputs: { status: () => "initializing" },
    },
    "cloudflare:index/ruleset:Ruleset": {
      idPrefix: "ruleset",
      replaceOn: ["accountId", "kind", "phase", "zoneId"],
      claims: (inputs) => [
        claim(inputs, ["zoneId", "phase"], "A similar configuration with rules already exists. (20217)"),
      ],
    },
    "cloudflare:index/zoneSetting:ZoneSetting": {
      idPrefix: "setting",
      replaceOn: ["settingId", "zoneId"],
      claims: (inputs) => [claim(inputs, ["zoneId", "settingId"], "another resource owns the setting")],
    },
  },
};

const claim = (inputs: Properties, places: readonly string[], conflict: string): Claim => ({
  key: places.map((place) => textAt(inputs, place) ?? "").join("/"),
  conflict,
});
