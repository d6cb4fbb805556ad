import { DnsRecord, type DnsRecordArgs } from "@pulumi/cloudflare/dnsRecord.js";
import { PagesDomain, type PagesDomainArgs } from "@pulumi/cloudflare/pagesDomain.js";
import { PagesProject, type PagesProjectArgs } from "@pulumi/cloudflare/pagesProject.js";
import * as pulumi from "@pulumi/pulumi";
import { refine, type Transform } from "../component.ts";
import { AUTOMATIC } from "./tunnel.ts";

export interface StaticSiteArgs {
  readonly account: string;
  readonly zone: string;
  readonly hostname: string;
  /** Branch whose uploads the host name shows; those of others are previews. */
  readonly branch: string;
  readonly transform?: { readonly project?: Transform<PagesProjectArgs> };
}

/** A front end on Cloudflare Pages under a host name of the zone. Its files are uploaded by whoever builds them. */
export class StaticSite extends pulumi.ComponentResource {
  readonly nodes: { readonly project: PagesProject };

  constructor(name: string, args: StaticSiteArgs, opts?: pulumi.ComponentResourceOptions) {
    super("splitfleet:edge:StaticSite", name, {}, opts);
    const { account, zone, hostname, branch, transform } = args;
    const child = { parent: this };
    const project = new PagesProject(
      `${name}-project`,
      refine<PagesProjectArgs>(
        "cloudflare:index/pagesProject:PagesProject",
        { accountId: account, name, productionBranch: branch },
        transform?.project,
      ),
      child,
    );
    const record = new DnsRecord(
      `${name}-${hostname}`,
      refine<DnsRecordArgs>("cloudflare:index/dnsRecord:DnsRecord", {
        zoneId: zone,
        name: hostname,
        type: "CNAME",
        content: project.subdomain,
        proxied: true,
        ttl: AUTOMATIC,
      }),
      { ...child, deleteBeforeReplace: true },
    );
    new PagesDomain(
      `${name}-domain`,
      refine<PagesDomainArgs>("cloudflare:index/pagesDomain:PagesDomain", {
        accountId: account,
        projectName: project.name,
        name: hostname,
      }),
      // Cloudflare proves the name by the record.
      { ...child, dependsOn: [record] },
    );
    this.nodes = { project };
    this.registerOutputs({});
  }
}
