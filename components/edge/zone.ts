import { Ruleset, type RulesetArgs } from "@pulumi/cloudflare/ruleset.js";
import { ZoneSetting, type ZoneSettingArgs } from "@pulumi/cloudflare/zoneSetting.js";
import * as pulumi from "@pulumi/pulumi";
import { refine, type Transform } from "../component.ts";

export interface ZoneArgs {
  readonly zone: { readonly id: string; readonly name: string };
  readonly plan: "free" | "pro" | "business";
  readonly transform?: { readonly rules?: Transform<RulesetArgs> };
}

/** What a browser loads by its extension, as Cloudflare caches it without a rule, less what may be a document. */
const STATIC = ["avif", "css", "gif", "ico", "jpeg", "jpg", "js", "mjs", "png", "svg", "ttf", "webp", "woff", "woff2"];

/**
 * How a zone treats requests: static files come from the cache and nothing else does, each request gets an id that its
 * caller can not choose, and plain HTTP is turned to HTTPS. A zone has one list of rules for each phase, so it belongs to
 * one environment. Requests are counted and limited in the gateway, which knows users, and not here again.
 */
export class Zone extends pulumi.ComponentResource {
  readonly nodes: { readonly cache: Ruleset; readonly headers: Ruleset };

  constructor(name: string, args: ZoneArgs, opts?: pulumi.ComponentResourceOptions) {
    super("splitfleet:edge:Zone", name, { zone: args.zone.name, plan: args.plan }, opts);
    const { zone, transform } = args;
    const ruleset = (part: string, phase: string, rules: NonNullable<RulesetArgs["rules"]>): Ruleset =>
      new Ruleset(
        `${name}-${part}`,
        refine<RulesetArgs>(
          "cloudflare:index/ruleset:Ruleset",
          { zoneId: zone.id, name: `splitfleet ${part}`, kind: "zone", phase, rules },
          transform?.rules,
        ),
        { parent: this, deleteBeforeReplace: true },
      );
    // The last rule that matches decides.
    const cache = ruleset("cache", "http_request_cache_settings", [
      {
        ref: "answers",
        description: "Answers of the application are nobody else's",
        expression: "true",
        action: "set_cache_settings",
        actionParameters: { cache: false },
      },
      {
        ref: "static-files",
        description: "Static files by their extension",
        expression: `http.request.uri.path.extension in {${STATIC.map((extension) => `"${extension}"`).join(" ")}}`,
        action: "set_cache_settings",
        actionParameters: {
          cache: true,
          // An answer under the name of a file, such as /account/x.css, is not kept.
          cacheKey: { cacheDeceptionArmor: true },
          edgeTtl: { mode: "respect_origin" },
          browserTtl: { mode: "respect_origin" },
        },
      },
    ]);
    const headers = ruleset("headers", "http_request_late_transform", [
      {
        ref: "request-id",
        description: "Each request has an id that its caller can not choose",
        expression: "true",
        action: "rewrite",
        actionParameters: { headers: { "X-Request-Id": { operation: "set", expression: "cf.ray_id" } } },
      },
    ]);
    for (const [settingId, value] of Object.entries({ always_use_https: "on", min_tls_version: "1.2" })) {
      new ZoneSetting(
        `${name}-${settingId.replaceAll("_", "-")}`,
        refine<ZoneSettingArgs>("cloudflare:index/zoneSetting:ZoneSetting", { zoneId: zone.id, settingId, value }),
        { parent: this },
      );
    }
    this.nodes = { cache, headers };
    this.registerOutputs({});
  }
}
