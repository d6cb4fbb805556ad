import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { resolveTool } from "../../sandbox/toolchain/resolve.ts";
import type { Namespaces } from "./namespaces.ts";
import { INTERNET, INTERNET_ADDRESS } from "./underlay.ts";

const CONTROL_URL = `http://${INTERNET_ADDRESS}:8080`;
const PATIENCE_MS = 60_000;

const preAuthKey = z.object({ key: z.string() });
const status = z.object({
  TailscaleIPs: z.array(z.string()).nullish(),
  Peer: z.record(
    z.string(),
    z.object({
      HostName: z.string(),
      Online: z.boolean(),
      TailscaleIPs: z.array(z.string()),
      AllowedIPs: z.array(z.string()).nullish(),
      TxBytes: z.number(),
    }),
  ),
});
export type MeshStatus = z.output<typeof status>;

/** A tailnet of real tailscaled processes; Headscale coordinates, and relays between those that find no direct way. */
export class Mesh {
  readonly #namespaces: Namespaces;
  readonly #folder: string;
  readonly #tools: { readonly headscale: string; readonly tailscaled: string };
  readonly #config: string;

  private constructor(namespaces: Namespaces, folder: string, tools: { headscale: string; tailscaled: string }) {
    this.#namespaces = namespaces;
    this.#folder = folder;
    this.#tools = tools;
    this.#config = path.join(folder, "headscale.json");
  }

  /**
   * @param folder Empty; holds keys and sockets.
   * @param people Everybody whom a policy may name.
   */
  static async start(namespaces: Namespaces, folder: string, people: readonly string[]): Promise<Mesh> {
    const [headscale, tailscaled] = await Promise.all([resolveTool("headscale"), resolveTool("tailscaled")]);
    const mesh = new Mesh(namespaces, folder, { headscale: headscale.path, tailscaled: tailscaled.path });
    writeFileSync(mesh.#config, JSON.stringify(configuration(folder)));
    namespaces.start(INTERNET, [headscale.path, "--config", mesh.#config, "serve"]);
    await eventually("Headscale's answer", () => mesh.#control("users", "list"));
    for (const person of people) await mesh.#control("users", "create", person.split("@")[0] ?? "", "--email", person);
    return mesh;
  }

  /** Puts a policy in place, for all devices there are and will be. */
  async setPolicy(policy: object): Promise<void> {
    const file = path.join(this.#folder, "policy.json");
    writeFileSync(file, JSON.stringify(policy));
    await this.#control("policy", "set", "--file", file);
  }

  /** Starts a node's daemon and joins under its tag, with the flags that the node's own script has. */
  async join(name: string, tag: string, flags: readonly string[]): Promise<void> {
    const key = preAuthKey.parse(
      JSON.parse(await this.#control("preauthkeys", "create", "--tags", tag, "--output", "json")),
    ).key;
    const folder = path.join(this.#folder, name);
    mkdirSync(folder);
    const keyFile = path.join(folder, "key");
    writeFileSync(keyFile, key, { mode: 0o600 });
    this.#namespaces.start(
      name,
      [
        this.#tools.tailscaled,
        `--state=${path.join(folder, "state")}`,
        `--socket=${path.join(folder, "socket")}`,
        "--tun=tailscale0",
        "--port=41641",
      ],
      // The relay has no certificate here; nothing may leave for the vendor's log server.
      { TS_DEBUG_USE_DERP_HTTP: "1", TS_NO_LOGS_NO_SUPPORT: "true" },
    );
    await eventually(`the socket of ${name}'s tailscaled`, () => this.tailscale(name, "status", "--json"));
    await this.tailscale(
      name,
      "up",
      `--login-server=${CONTROL_URL}`,
      `--auth-key=file:${keyFile}`,
      `--hostname=${name}`,
      "--accept-dns=false",
      ...flags,
    );
  }

  /** Runs the command line of a node's daemon. */
  tailscale(name: string, ...args: readonly string[]): Promise<string> {
    const socket = path.join(this.#folder, name, "socket");
    return this.#namespaces.run(name, ["env", "TS_BE_CLI=1", this.#tools.tailscaled, `--socket=${socket}`, ...args]);
  }

  async status(name: string): Promise<MeshStatus> {
    return status.parse(JSON.parse(await this.tailscale(name, "status", "--json")));
  }

  /** A node's address in the mesh. */
  async addressOf(name: string): Promise<string> {
    return (await this.tailscale(name, "ip", "-4")).trim();
  }

  /** Waits until every node sees every other one, with the routes that it announced where the node takes any. */
  async settle(
    names: readonly string[],
    routes: Readonly<Record<string, readonly string[]>>,
    takers: readonly string[],
  ): Promise<void> {
    for (const name of names) {
      await eventually(`${name}'s view of the mesh`, async () => {
        const peers = Object.values((await this.status(name)).Peer);
        for (const other of names.filter((each) => each !== name)) {
          const peer = peers.find(({ HostName, Online }) => HostName === other && Online);
          const missing = (takers.includes(name) ? (routes[other] ?? []) : []).filter(
            (route) => !peer?.AllowedIPs?.includes(route),
          );
          if (peer === undefined || missing.length > 0) throw new Error(`${other} is not there, or without a route`);
        }
      });
    }
  }

  #control(...args: readonly string[]): Promise<string> {
    return this.#namespaces.run(INTERNET, [this.#tools.headscale, "--config", this.#config, ...args]);
  }
}

/** Tries until it goes well. @throws Error with the last failure as its cause, after a minute. */
async function eventually<T>(what: string, attempt: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await attempt();
    } catch (cause) {
      if (Date.now() > deadline) throw new Error(`${what} did not come within ${PATIENCE_MS} ms`, { cause });
      await sleep(200);
    }
  }
}

const configuration = (folder: string): object => ({
  server_url: CONTROL_URL,
  listen_addr: `${INTERNET_ADDRESS}:8080`,
  metrics_listen_addr: "127.0.0.1:9090",
  grpc_listen_addr: "127.0.0.1:50443",
  noise: { private_key_path: path.join(folder, "noise.key") },
  prefixes: { v4: "100.64.0.0/10", v6: "fd7a:115c:a1e0::/48", allocation: "sequential" },
  derp: {
    server: {
      enabled: true,
      region_id: 999,
      region_code: "own",
      region_name: "own",
      stun_listen_addr: `${INTERNET_ADDRESS}:3478`,
      private_key_path: path.join(folder, "derp.key"),
      automatically_add_embedded_derp_region: true,
      ipv4: INTERNET_ADDRESS,
    },
    urls: [],
    paths: [],
    auto_update_enabled: false,
    update_frequency: "24h",
  },
  disable_check_updates: true,
  database: { type: "sqlite", sqlite: { path: path.join(folder, "headscale.sqlite"), write_ahead_log: true } },
  log: { level: "error", format: "text" },
  dns: { magic_dns: false, base_domain: "fleet.example", override_local_dns: false, nameservers: { global: [] } },
  policy: { mode: "database" },
  unix_socket: path.join(folder, "headscale.socket"),
  unix_socket_permission: "0700",
  logtail: { enabled: false },
});
