import { parse } from "yaml";
import { exampleRow, marked } from "../example.ts";
import type { Fault } from "../resource-rule.ts";
import { UNKNOWN, type Row, type Value } from "../row.ts";
import { asList, asObject, asText } from "../values.ts";
import { layersOf, SERVER, USER_DATA } from "./user-data.ts";

/** What cloud-init is told to do on a node. */
export interface NodeConfig {
  /** Where it stands in the resource. */
  readonly path: string;
  readonly cloud: { readonly [key: string]: Value };
  /** k3s's configuration file; undefined on a node outside the cluster. */
  readonly k3s: { readonly [key: string]: Value } | undefined;
  readonly k3sRole: "server" | "agent" | undefined;
}

const K3S_FILE = "/etc/rancher/k3s/config.yaml";

/** The same text is judged by several rules. */
const known = new WeakMap<Row, NodeConfig | typeof UNKNOWN | undefined>();

/** What user data configures; undefined if there is none or it is no cloud-config. */
export function nodeConfigOf(row: Row): NodeConfig | typeof UNKNOWN | undefined {
  if (!known.has(row)) known.set(row, read(row));
  return known.get(row);
}

function read(row: Row): NodeConfig | typeof UNKNOWN | undefined {
  for (const path of USER_DATA[row.type] ?? []) {
    const value = row.inputs[path];
    if (value === UNKNOWN) return UNKNOWN;
    const text = layersOf(asText(value) ?? "")[0]?.text ?? "";
    if (!text.startsWith("#cloud-config")) continue;
    const cloud = asObject(parsed(text)) ?? {};
    const files = asList(cloud["write_files"]).map((file) => asObject(file) ?? {});
    const file = files.find((candidate) => candidate["path"] === K3S_FILE);
    const units = files.map(({ content }) => asText(content) ?? "");
    const k3s = file === undefined ? undefined : (asObject(parsed(asText(file["content"]) ?? "")) ?? {});
    const isServer = units.some((content) => /^ExecStart=\S*k3s server\b/m.test(content));
    return { path, cloud, k3s, k3sRole: k3s === undefined ? undefined : isServer ? "server" : "agent" };
  }
  return undefined;
}

function parsed(text: string): Value {
  try {
    const value: Value = parse(text);
    return value;
  } catch {
    return null; // The node would not come up with it; rules find that nothing is set.
  }
}

/**
 * Judges the k3s configuration of one role. The pack's preview can not see user data that holds a key which does not
 * exist yet; such rules ignore unknown values, because plan and `up` both see it.
 */
export function* ofNode(
  row: Row,
  role: "server" | "any",
  judge: (k3s: NonNullable<NodeConfig["k3s"]>) => Iterable<Omit<Fault, "path">>,
): Iterable<Fault> {
  const node = nodeConfigOf(row);
  if (node === UNKNOWN) {
    yield {
      path: "userData",
      message: `What configures ${row.name} is decided only by \`up\`.`,
      value: UNKNOWN,
      limit: "a hardened k3s",
    };
  } else if (node?.k3s !== undefined && (role === "any" || node.k3sRole === role)) {
    for (const fault of judge(node.k3s)) yield { path: node.path, ...fault };
  }
}

/** Types of resources that carry user data. */
export const NODE_TYPES = Object.keys(USER_DATA);

/** Settings of the API server, such as `audit-log-path`, from k3s's list of `name=value`. */
export function apiServerArguments(k3s: { readonly [key: string]: Value }): ReadonlyMap<string, string> {
  const pairs = asList(k3s["kube-apiserver-arg"]).flatMap((argument) => asText(argument) ?? []);
  return new Map(pairs.map((pair) => [pair.split("=")[0] ?? "", pair.slice(pair.indexOf("=") + 1)]));
}

/** k3s's configuration of a server that no rule finds fault with. */
export const K3S_EXAMPLE = `token-file: /etc/splitfleet/k3s-token
protect-kernel-defaults: true
secrets-encryption: true
write-kubeconfig-mode: "0600"
kube-apiserver-arg:
  - enable-admission-plugins=NodeRestriction,EventRateLimit
  - audit-log-path=/var/lib/rancher/k3s/server/logs/audit.log
  - audit-policy-file=/etc/rancher/k3s/audit.yaml
  - service-account-extend-token-expiration=false
`;

/** A server with that configuration, changed by replacing one text by another. */
export function nodeExample(from = "", to = "", role = "server"): Row {
  const k3s = K3S_EXAMPLE.replace(from, to).replaceAll(/^/gm, "      ").trimEnd();
  const userData = `#cloud-config
ssh_pwauth: false
disable_root: true
write_files:
  - path: ${K3S_FILE}
    content: |
${k3s}
  - path: /etc/systemd/system/k3s.service
    content: |
      [Service]
      ExecStart=/usr/local/bin/k3s ${role}
`;
  return exampleRow(SERVER, "server-1", { userData, backups: true });
}

/** The example with its user data marked secret, as the fleet's is. */
export const secretNodeExample = (from: string, to: string): Row => marked(nodeExample(from, to), "userData");
