import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { text as readAll } from "node:stream/consumers";
import type { Environment } from "../../stacks/environment-file.ts";
import { type MeshKey, type OnpremMember, scriptFor, tagOf } from "../../stacks/layers/enrolment.ts";
import { k3sServers, nodeName } from "../../stacks/layers/nodes.ts";
import { InputError } from "../errors.ts";
import { type NodeControl, NodeControlError } from "../nodes/control.ts";
import { SANDBOX } from "../select-environment.ts";
import { readReport, setState } from "./confirm.ts";
import { memberOf } from "./member.ts";
import { mintMeshKey } from "./mesh-key.ts";
import type { Enrolment } from "./report.ts";

export interface EnrolOptions {
  readonly node: string;
  /** Where the script goes; absolute path. */
  readonly out: string;
  /** A file with a key that somebody minted, or `-` for standard input; else one is minted. */
  readonly keyFile: string | undefined;
  /** Check everything, mint no key, write nothing; gives back the script as it would be. */
  readonly dryRun: boolean;
  /** The report of a host that has been enrolled; absolute path. */
  readonly confirm: string | undefined;
  /** The machine is gone. */
  readonly lost: boolean;
  /** Admits the host, which has joined the mesh and waits; undefined for another step. */
  readonly admit: Pick<NodeControl, "admissions" | "admit"> | undefined;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly now: Date;
}

/** An hour, as for a key that was minted here. */
const KEY_LIFETIME_MS = 3_600_000;

/**
 * Writes the script that enrols a node, or notes in the environment file what has become of it.
 *
 * @throws InputError for a node that is not declared, a key that can not be had, a report that is not of this node;
 *   NodeControlError for a host that can not be admitted.
 */
export async function runEnroll(environment: Environment, options: EnrolOptions): Promise<Enrolment> {
  const { spec, lock, file } = environment;
  const member = memberOf(spec, options.node);
  const node = `${member.poolName}-${member.id}`;
  if (options.lost || options.confirm !== undefined) {
    const state = options.lost ? "lost" : "enrolled";
    if (options.confirm !== undefined) readReport(options.confirm, spec, member);
    const changed = member.pool.nodes[member.id]?.state !== state;
    if (changed && !options.dryRun) setState(file, member, state);
    return { node, state, changed: changed && !options.dryRun };
  }
  const state = member.pool.nodes[member.id]?.state ?? "declared";
  if (options.admit !== undefined) {
    if (!options.dryRun) await admitHost(environment, nodeName(spec, member.poolName, member.id), options.admit);
    return { node, state, admitted: !options.dryRun, changed: false };
  }
  // A lock without a release is found before a key is minted.
  const preview = scriptFor({ spec, lock }, member, undefined);
  if (options.dryRun) return { node, state, preview, changed: false };
  const key = await keyFor(environment, member, options);
  // The mode of a file that is there already would stay as it is.
  writeFileSync(options.out, "", { mode: 0o600 });
  chmodSync(options.out, 0o600);
  writeFileSync(options.out, scriptFor({ spec, lock }, member, key));
  return { node, state, script: options.out, keyExpires: key.expires.toISOString(), changed: false };
}

/** A host that has its token already keeps it. @throws NodeControlError for one that is not in the mesh */
async function admitHost(
  { spec }: Environment,
  node: string,
  control: NonNullable<EnrolOptions["admit"]>,
): Promise<void> {
  const state = (await control.admissions([node])).get(node);
  if (state === "unreachable") {
    throw new NodeControlError(`${node} can not be reached: run its script on the host first, which joins the mesh`);
  }
  const [server] = k3sServers(spec);
  if (state === "admitted" || server === undefined) return;
  await control.admit(node, { server: nodeName(spec, server.pool, server.number) });
}

async function keyFor(environment: Environment, member: OnpremMember, options: EnrolOptions): Promise<MeshKey> {
  const { keyFile, variables, now, node } = options;
  if (keyFile !== undefined) {
    const key = (keyFile === "-" ? await readAll(process.stdin) : readFileSync(keyFile, "utf8")).trim();
    if (/^tskey-[\w-]+$/.test(key)) return { key, expires: new Date(now.getTime() + KEY_LIFETIME_MS) };
    throw new InputError(`${keyFile} holds no auth key of Tailscale, which begins with tskey-. Nothing was written.`);
  }
  if (environment.name === SANDBOX) {
    throw new InputError(
      "the sandbox has no mesh of its own to mint a key for. See what would be done with --dry-run, or give a key with --key-file.",
    );
  }
  const { TAILSCALE_OAUTH_CLIENT_ID: id, TAILSCALE_OAUTH_CLIENT_SECRET: secret } = variables;
  if (id === undefined || secret === undefined) {
    throw new InputError(
      "TAILSCALE_OAUTH_CLIENT_ID and TAILSCALE_OAUTH_CLIENT_SECRET are not set: set them to mint a key, or give one with --key-file.",
    );
  }
  return mintMeshKey({ node, tag: tagOf(environment, member), client: { id, secret } });
}
