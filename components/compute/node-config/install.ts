/** A release that a node downloads at first boot, by version and checksum. */
export interface Binary {
  readonly version: string;
  readonly sha256: { readonly amd64: string; readonly arm64?: string | undefined };
}

type Architecture = "amd64" | "arm64";

/** First lines of every script that a node runs at its first boot. */
export const HEADER = "#!/bin/sh\nset -eu\n";

/** Checksum for the node's architecture. @throws Error if the lock has none, naming the release. */
export function sumOf(tool: string, binary: Binary, architecture: Architecture): string {
  const sum = binary.sha256[architecture];
  if (sum === undefined)
    throw new Error(`binaries.${tool}.sha256.${architecture} is not in the lock; run \`npm run resolve\``);
  return sum;
}

/** Lines that download a file and stop if its checksum is another. */
export const fetchChecked = (url: string, file: string, sha256: string): string =>
  `curl --fail --silent --show-error --location --retry 5 --output ${file} ${url}\necho "${sha256}  ${file}" | sha256sum --check --quiet -\n`;

export interface InstallMeshArgs {
  /** Undefined where the cloud names the node. */
  readonly hostname: string | undefined;
  readonly binary: Binary;
  readonly architecture: Architecture;
  readonly join: { readonly key: string } | { readonly federatedClientId: string };
  readonly advertiseRoutes: readonly string[];
  readonly acceptRoutes: boolean;
}

/** Installs tailscaled and joins. The key is read from its file, which is gone afterwards; it never stands in an argument. */
export function installMesh({
  hostname,
  binary,
  architecture,
  join,
  advertiseRoutes,
  acceptRoutes,
}: InstallMeshArgs): string {
  const archive = `tailscale_${binary.version}_${architecture}`;
  const flags = [
    ...(hostname === undefined ? [] : [`--hostname=${hostname}`]),
    "--ssh",
    "--accept-dns=true",
    `--accept-routes=${acceptRoutes}`,
    ...(advertiseRoutes.length === 0
      ? []
      : [`--advertise-routes=${advertiseRoutes.join(",")}`, "--snat-subnet-routes=false"]),
  ].join(" ");
  const up =
    "key" in join
      ? `tailscale up --auth-key=file:/etc/splitfleet/mesh-key ${flags}\nrm --force /etc/splitfleet/mesh-key\n`
      : [
          "aws sts get-web-identity-token --audience api.tailscale.com --signing-algorithm ES384 --duration-seconds 300 \\",
          "  --query WebIdentityToken --output text | install -m 0600 /dev/stdin /run/mesh-identity",
          `tailscale up --client-id=${join.federatedClientId} --id-token=file:/run/mesh-identity ${flags}`,
          "rm --force /run/mesh-identity\n",
        ].join("\n");
  return `${HEADER}cd /tmp
${fetchChecked(`https://pkgs.tailscale.com/stable/${archive}.tgz`, "tailscale.tgz", sumOf("tailscale", binary, architecture))}tar --extract --gzip --file tailscale.tgz
install -m 0755 ${archive}/tailscale ${archive}/tailscaled /usr/local/sbin/
install -m 0644 ${archive}/systemd/tailscaled.service /etc/systemd/system/
sed --in-place 's#/usr/sbin/tailscaled#/usr/local/sbin/tailscaled#' /etc/systemd/system/tailscaled.service
install -m 0644 ${archive}/systemd/tailscaled.defaults /etc/default/tailscaled
echo net.ipv4.ip_forward=1 > /etc/sysctl.d/80-mesh.conf
sysctl --system > /dev/null
systemctl enable --now tailscaled
${up}`;
}

export interface InstallK3sArgs {
  readonly binary: Binary;
  readonly architecture: Architecture;
  /** Where the node learns what it can only know at boot. */
  readonly discover: { readonly privateAddress: string } | "aws" | undefined;
}

/** Flannel must bind the interface that carries the private address; its name differs between Hetzner's server types. */
const privateInterface = (address: string): string => `for _ in $(seq 60); do
  interface=$(ip -oneline -4 address show to ${address} | awk '{ print $2 }')
  [ -n "$interface" ] && break
  sleep 2
done
[ -n "$interface" ] || { echo "no interface got ${address} within two minutes" >&2; exit 1; }
echo "flannel-iface: $interface" > /etc/rancher/k3s/config.yaml.d/10-interface.yaml
`;

/** Cluster Autoscaler finds an instance's node by the provider id; the scheduler spreads by region and zone. */
const AWS_METADATA = `metadata=http://169.254.169.254/latest
token=$(curl --fail --silent --request PUT --header 'X-aws-ec2-metadata-token-ttl-seconds: 60' $metadata/api/token)
read_metadata() { curl --fail --silent --header "X-aws-ec2-metadata-token: $token" "$metadata/meta-data/$1"; }
zone=$(read_metadata placement/availability-zone)
region=$(read_metadata placement/region)
cat > /etc/rancher/k3s/config.yaml.d/10-metadata.yaml << END
kubelet-arg+: ["provider-id=aws:///$zone/$(read_metadata instance-id)"]
node-label+: ["topology.kubernetes.io/region=$region", "topology.kubernetes.io/zone=$zone"]
END
`;

/** Installs k3s without starting it: the unit waits for the token. */
export function installK3s({ binary, architecture, discover }: InstallK3sArgs): string {
  const asset = architecture === "amd64" ? "k3s" : "k3s-arm64";
  const url = `https://github.com/k3s-io/k3s/releases/download/${encodeURIComponent(binary.version)}/${asset}`;
  return `${HEADER}cd /tmp
${fetchChecked(url, "k3s", sumOf("k3s", binary, architecture))}install -m 0755 k3s /usr/local/bin/k3s
mkdir -p /etc/rancher/k3s/config.yaml.d
${discover === undefined ? "" : discover === "aws" ? AWS_METADATA : privateInterface(discover.privateAddress)}systemctl daemon-reload
systemctl enable --now k3s-token.path
`;
}
