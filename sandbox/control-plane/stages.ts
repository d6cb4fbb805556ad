import { stringify } from "yaml";

/** How long simulated pods take, in milliseconds. */
export interface PodTimes {
  /** From its node to ready: image pull, start, model load. */
  readonly start: number;
  /** The same for the pods of a workload, by the value of their label `splitfleet/workload`. */
  readonly startOf: Readonly<Record<string, number>>;
  /** From ready to completed, for the pods of a Job. */
  readonly job: number;
}

/** Nodes with this annotation are KWOK's; one that loses it falls silent, as a dead machine does. */
export const SIMULATED = { "kwok.x-k8s.io/node": "simulated" };

/** The class that k3s brings along. */
export const STORAGE_CLASS = "local-path";

/** A pod with this annotation ends when somebody says so: it has work that a drill measures. */
export const MEASURED_WORK = "splitfleet/measured-work";

/** How long each simulated node's lease lasts, as the kubelet has it; renewed four times as often. */
export const LEASE_SECONDS = 40;

interface Stage {
  readonly name: string;
  readonly resourceRef: { readonly apiGroup: "v1"; readonly kind: string };
  readonly selector: { readonly matchExpressions: readonly Expression[] };
  readonly delay?: object;
  readonly next?: object;
  readonly steps?: readonly object[];
}

interface Expression {
  /** A jq path. */
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  readonly values?: readonly string[];
}

const exists = (key: string): Expression => ({ key, operator: "Exists" });
const lacks = (key: string): Expression => ({ key, operator: "DoesNotExist" });
const is = (key: string, ...values: string[]): Expression => ({ key, operator: "In", values });
const isNot = (key: string, ...values: string[]): Expression => ({ key, operator: "NotIn", values });

const READY = '.status.conditions.[] | select( .type == "Ready" ) | .status';
const DELETED = ".metadata.deletionTimestamp";

/** KWOK's configuration: what kubelets, device plugins and k3s's volume provisioner do, without running anything. */
export function stagesYaml(times: PodTimes): string {
  const stages = [
    nodeReady,
    nodeHeartbeat,
    podReady(times),
    podReadyAgain,
    podCompleted(times),
    podEnded,
    podGone,
    volumeMade,
    volumeGone,
  ];
  return stages
    .map(({ name, ...spec }) => ({ apiVersion: "kwok.x-k8s.io/v1alpha1", kind: "Stage", metadata: { name }, spec }))
    .map((stage) => stringify(stage, { lineWidth: 0 }))
    .join("---\n");
}

const node = { apiGroup: "v1", kind: "Node" } as const;
const pod = { apiGroup: "v1", kind: "Pod" } as const;

const NODE_CONDITIONS = `conditions:
{{ range NodeConditions }}
- type: {{ .type | Quote }}
  status: {{ .status | Quote }}
  reason: {{ .reason | Quote }}
  message: {{ .message | Quote }}
  lastHeartbeatTime: {{ Now | Quote }}
  lastTransitionTime: {{ $.metadata.creationTimestamp | Quote }}
{{ end }}
`;

const nodeReady: Stage = {
  name: "node-ready",
  resourceRef: node,
  selector: { matchExpressions: [isNot(READY, "True"), exists(".status.capacity")] },
  next: { statusTemplate: `${NODE_CONDITIONS}phase: Running\n` },
};

/** Every five minutes, as the kubelet does; in between its lease says that it lives. */
const nodeHeartbeat: Stage = {
  name: "node-heartbeat",
  resourceRef: node,
  selector: { matchExpressions: [is(READY, "True")] },
  delay: { durationMilliseconds: 300_000, jitterDurationMilliseconds: 310_000 },
  next: { statusTemplate: NODE_CONDITIONS },
};

const podReady = ({ start, startOf }: PodTimes): Stage => ({
  name: "pod-ready",
  resourceRef: pod,
  selector: { matchExpressions: [lacks(DELETED), is(".status.phase", "Pending"), isNot(READY, "True")] },
  delay: {
    durationMilliseconds: start,
    // A workload that is not listed gives null: the time above holds.
    durationFrom: { expressionFrom: `${durations(startOf)}[.metadata.labels["splitfleet/workload"] // ""]` },
  },
  next: { statusTemplate: POD_READY },
});

const durations = (milliseconds: Readonly<Record<string, number>>): string =>
  JSON.stringify(Object.fromEntries(Object.entries(milliseconds).map(([name, value]) => [name, `${value}ms`])));

const POD_READY = `{{ $now := Now }}
conditions:
{{ range list "Initialized" "ContainersReady" "Ready" }}
- { type: {{ . }}, status: "True", lastTransitionTime: {{ $now | Quote }} }
{{ end }}
{{ range .spec.readinessGates }}
- { type: {{ .conditionType | Quote }}, status: "True", lastTransitionTime: {{ $now | Quote }} }
{{ end }}
initContainerStatuses:
{{ range .spec.initContainers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: true
  restartCount: 0
  {{ if eq .restartPolicy "Always" }}
  started: true
  state: { running: { startedAt: {{ $now | Quote }} } }
  {{ else }}
  state:
    terminated:
      exitCode: 0
      reason: Completed
      startedAt: {{ $now | Quote }}
      finishedAt: {{ $now | Quote }}
  {{ end }}
{{ end }}
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: true
  started: true
  restartCount: 0
  state: { running: { startedAt: {{ $now | Quote }} } }
{{ end }}
{{ $onHost := or .spec.hostNetwork false }}
{{ with PodIPsWith .spec.nodeName $onHost .metadata.uid .metadata.name .metadata.namespace }}
podIP: {{ index . 0 | Quote }}
podIPs:
{{ range . }}
- ip: {{ . | Quote }}
{{ end }}
{{ end }}
phase: Running
startTime: {{ $now | Quote }}
`;

/** The control plane calls the pods of a node that is silent unready; its containers have run on. */
const podReadyAgain: Stage = {
  name: "pod-ready-again",
  resourceRef: pod,
  selector: {
    matchExpressions: [
      lacks(DELETED),
      is(".status.phase", "Running"),
      is(READY, "False"),
      is('.status.conditions.[] | select( .type == "ContainersReady" ) | .status', "True"),
    ],
  },
  next: {
    statusTemplate: `conditions:
- { type: Ready, status: "True", lastTransitionTime: {{ Now | Quote }} }
`,
  },
};

const podCompleted = ({ job }: PodTimes): Stage => ({
  name: "pod-completed",
  resourceRef: pod,
  selector: {
    matchExpressions: [
      lacks(DELETED),
      is(".status.phase", "Running"),
      is(".metadata.ownerReferences.[].kind", "Job"),
      lacks(`.metadata.annotations["${MEASURED_WORK}"]`),
    ],
  },
  delay: { durationMilliseconds: job },
  next: { statusTemplate: POD_COMPLETED },
});

const POD_COMPLETED = `{{ $now := Now }}
conditions:
{{ range list "ContainersReady" "Ready" }}
- { type: {{ . }}, status: "False", reason: PodCompleted, lastTransitionTime: {{ $now | Quote }} }
{{ end }}
containerStatuses:
{{ range .status.containerStatuses }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: false
  started: false
  restartCount: 0
  state:
    terminated:
      exitCode: 0
      reason: Completed
      startedAt: {{ .state.running.startedAt | Quote }}
      finishedAt: {{ $now | Quote }}
{{ end }}
phase: Succeeded
`;

/** The kubelet ends the containers of a pod that is to go, and says so: controllers of jobs wait for it. */
const podEnded: Stage = {
  name: "pod-ended",
  resourceRef: pod,
  selector: { matchExpressions: [exists(DELETED), isNot(".status.phase", "Succeeded", "Failed")] },
  next: {
    statusTemplate: `conditions:
{{ range list "ContainersReady" "Ready" }}
- { type: {{ . }}, status: "False", lastTransitionTime: {{ Now | Quote }} }
{{ end }}
phase: Failed
`,
  },
};

const podGone: Stage = {
  name: "pod-gone",
  resourceRef: pod,
  selector: { matchExpressions: [exists(DELETED), is(".status.phase", "Succeeded", "Failed")] },
  next: { delete: true },
};

/** As rancher.io/local-path does it: a volume on the node that the scheduler has chosen. */
const volumeMade: Stage = {
  name: "volume-made",
  resourceRef: { apiGroup: "v1", kind: "PersistentVolumeClaim" },
  selector: {
    matchExpressions: [
      is(".spec.storageClassName", STORAGE_CLASS),
      exists('.metadata.annotations["volume.kubernetes.io/selected-node"]'),
      lacks(".spec.volumeName"),
      lacks(DELETED),
    ],
  },
  steps: [
    {
      apply: {
        template: `apiVersion: v1
kind: PersistentVolume
metadata:
  name: pvc-{{ .metadata.uid }}
  annotations:
    pv.kubernetes.io/provisioned-by: rancher.io/local-path
spec:
  accessModes: {{ .spec.accessModes | toJson }}
  capacity: { storage: {{ .spec.resources.requests.storage | Quote }} }
  persistentVolumeReclaimPolicy: Delete
  storageClassName: {{ .spec.storageClassName | Quote }}
  claimRef:
    apiVersion: v1
    kind: PersistentVolumeClaim
    name: {{ .metadata.name | Quote }}
    namespace: {{ .metadata.namespace | Quote }}
    uid: {{ .metadata.uid | Quote }}
  hostPath:
    path: /var/lib/rancher/k3s/storage/pvc-{{ .metadata.uid }}
  nodeAffinity:
    required:
      nodeSelectorTerms:
      - matchExpressions:
        - key: kubernetes.io/hostname
          operator: In
          values: [{{ index .metadata.annotations "volume.kubernetes.io/selected-node" | Quote }}]
`,
      },
    },
  ],
};

const volumeGone: Stage = {
  name: "volume-gone",
  resourceRef: { apiGroup: "v1", kind: "PersistentVolume" },
  selector: { matchExpressions: [is(".spec.storageClassName", STORAGE_CLASS), is(".status.phase", "Released")] },
  next: { delete: true },
};
