import { HEADER } from "../install.ts";

/** What k3s has to know and only the booted node can say: written beside its configuration, which merges it. */
export type Discovery = { readonly privateAddress: string } | "aws";

const FOLDER = "/etc/rancher/k3s/config.yaml.d";

/** Flannel must bind the interface that carries the private address; its name differs between Hetzner's server types. */
const privateInterface = (address: string): string => `for _ in $(seq 60); do
  interface=$(ip -oneline -4 address show to ${address} | awk '{ print $2 }')
  [ -n "$interface" ] && break
  sleep 2
done
[ -n "$interface" ] || { echo "no interface got ${address} within two minutes" >&2; exit 1; }
echo "flannel-iface: $interface" > "$root${FOLDER}/10-interface.yaml"
`;

/** Cluster Autoscaler finds an instance's node by the provider id; the scheduler spreads by region and zone. */
const AWS_METADATA = `metadata=http://169.254.169.254/latest
token=$(curl --fail --silent --request PUT --header 'X-aws-ec2-metadata-token-ttl-seconds: 60' $metadata/api/token)
read_metadata() { curl --fail --silent --header "X-aws-ec2-metadata-token: $token" "$metadata/meta-data/$1"; }
zone=$(read_metadata placement/availability-zone)
region=$(read_metadata placement/region)
cat > "$root${FOLDER}/10-metadata.yaml" << END
kubelet-arg+: ["provider-id=aws:///$zone/$(read_metadata instance-id)"]
node-label+: ["topology.kubernetes.io/region=$region", "topology.kubernetes.io/zone=$zone"]
END
`;

export const discoverScript = (discovery: Discovery): string =>
  `${HEADER}mkdir -p "$root${FOLDER}"\n${discovery === "aws" ? AWS_METADATA : privateInterface(discovery.privateAddress)}`;
