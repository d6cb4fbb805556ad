import { HEADER } from "./install.ts";

export const MIG_UNIT = "splitfleet-mig.service";

/** Path of the script that divides the GPUs. */
export const MIG_SCRIPT = "/usr/local/sbin/splitfleet-mig";

/** `1g.10gb,1g.10gb,2g.20gb`: the instances of one GPU, the largest first, so that each finds its place. */
const instanceList = (instances: Readonly<Record<string, number>>): string =>
  Object.entries(instances)
    .toSorted(([left], [right]) => Number.parseInt(right) - Number.parseInt(left))
    .flatMap(([profile, number]) => Array.from({ length: number }, () => profile))
    .join(",");

/**
 * Divides every GPU of a node. A division does not outlast a restart, so it is made anew at each, before k3s and its pods;
 * a GPU that is divided as wanted is left alone.
 */
export const migScript = (instances: Readonly<Record<string, number>>): string => `${HEADER}: "$root"
wanted=${instanceList(instances)}
nvidia-smi --query-gpu=index --format=csv,noheader | while read -r gpu; do
  found=$(nvidia-smi -i "$gpu" -L | sed -n 's/^ *MIG \\([0-9]g\\.[0-9]*gb\\).*/\\1/p' | sort -r | paste -s -d , -)
  [ "$found" = "$(echo "$wanted" | tr , '\\n' | sort -r | paste -s -d , -)" ] && continue
  nvidia-smi -i "$gpu" -mig 1
  nvidia-smi mig -i "$gpu" -dci || true
  nvidia-smi mig -i "$gpu" -dgi || true
  nvidia-smi mig -i "$gpu" -cgi "$wanted" -C
done
`;

/** Content of {@link MIG_UNIT}. */
export const migUnit = (): string => `[Unit]
Description=Divides the GPUs
Before=k3s.service
After=nvidia-persistenced.service

[Service]
Type=oneshot
RemainAfterExit=true
ExecStart=${MIG_SCRIPT}

[Install]
WantedBy=multi-user.target
`;
