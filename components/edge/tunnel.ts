import { DnsRecord, type DnsRecordArgs } from "@pulumi/cloudflare/dnsRecord.js";
import {
  ZeroTrustTunnelCloudflared,
  type ZeroTrustTunnelCloudflaredArgs,
} from "@pulumi/cloudflare/zeroTrustTunnelCloudflared.js";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { refine, type Transform } from "../component.ts";

const SECRET_BYTES = 32;

export interface TunnelArgs {
  readonly account: string;
  readonly zone: string;
  /** Names that lead through the tunnel. What becomes of them stands in the file of those who run it. */
  readonly hostnames: readonly string[];
  /** Another number makes another secret. */
  readonly secretVersion: number;
  readonly transform?: {
    readonly tunnel?: Transform<ZeroTrustTunnelCloudflaredArgs>;
    readonly record?: Transform<DnsRecordArgs>;
  };
}

/**
 * A tunnel from Cloudflare into the fleet, and the public names that lead there. Its routes are those of the file that
 * `cloudflared` reads, so they are in the plan and nobody changes them in a dashboard.
 */
export class Tunnel extends pulumi.ComponentResource {
  /** What `cloudflared` logs in with; secret. */
  readonly token: pulumi.Output<string>;
  readonly nodes: { readonly tunnel: ZeroTrustTunnelCloudflared };

  constructor(name: string, args: TunnelArgs, opts?: pulumi.ComponentResourceOptions) {
    super("splitfleet:edge:Tunnel", name, {}, opts);
    const { account, zone, hostnames, secretVersion, transform } = args;
    const child = { parent: this };
    const secret = new random.RandomBytes(
      `${name}-secret`,
      refine<random.RandomBytesArgs>("random:index/randomBytes:RandomBytes", {
        length: SECRET_BYTES,
        keepers: { version: String(secretVersion) },
      }),
      child,
    );
    const tunnel = new ZeroTrustTunnelCloudflared(
      `${name}-tunnel`,
      refine<ZeroTrustTunnelCloudflaredArgs>(
        "cloudflare:index/zeroTrustTunnelCloudflared:ZeroTrustTunnelCloudflared",
        { accountId: account, name, configSrc: "local", tunnelSecret: secret.base64 },
        transform?.tunnel,
      ),
      child,
    );
    for (const hostname of hostnames) {
      new DnsRecord(
        `${name}-${hostname}`,
        refine<DnsRecordArgs>(
          "cloudflare:index/dnsRecord:DnsRecord",
          {
            zoneId: zone,
            name: hostname,
            type: "CNAME",
            content: pulumi.interpolate`${tunnel.id}.cfargotunnel.com`,
            proxied: true,
            ttl: AUTOMATIC,
          },
          transform?.record,
        ),
        // A name that leads elsewhere first would be refused: a host has one CNAME.
        { ...child, deleteBeforeReplace: true },
      );
    }
    this.token = pulumi.secret(
      pulumi.all([tunnel.id, secret.base64]).apply(([id, value]) => tunnelToken(account, id, value)),
    );
    this.nodes = { tunnel };
    this.registerOutputs({});
  }
}

/** Cloudflare's word for a proxied record's time to live, which it chooses itself. */
export const AUTOMATIC = 1;

/**
 * What `cloudflared` logs in with: `TunnelToken` of its `connection/connection.go`, in base64.
 *
 * @param secret In base64.
 */
export const tunnelToken = (account: string, tunnel: string, secret: string): string =>
  Buffer.from(JSON.stringify({ a: account, s: secret, t: tunnel })).toString("base64");
