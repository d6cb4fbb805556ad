import type { NodeState } from "../control.ts";

/** What a replacement does, one after the other. Each can be repeated. */
export const STEPS = [
  "cordon",
  "drain",
  "leave-etcd",
  "stop",
  "delete-node",
  "delete-device",
  // The successor may get the same address, and with it the name: what was the old one's is gone before.
  "terminate",
  "create",
  "admit",
  "wait-ready",
  "wait-successor",
  "uncordon",
] as const;
export type Step = (typeof STEPS)[number];

/** What a step does, for people. */
export const STEP_TEXTS: Readonly<Record<Step, string>> = {
  cordon: "no new pods",
  drain: "pods leave, within their disruption budgets",
  "leave-etcd": "its member of etcd is removed",
  stop: "what it runs is stopped for good",
  "delete-node": "its Node object is deleted",
  "delete-device": "its device in the mesh is deleted",
  terminate: "the instance is terminated; its group launches another",
  create: "the server is created anew by Pulumi",
  admit: "the new machine gets what it joins the cluster with",
  "wait-ready": "the new machine becomes ready",
  "wait-successor": "the group's new node becomes ready",
  uncordon: "takes pods again",
};

/** The steps for a node. A dead one has nothing that could leave or be stopped. */
export function stepsFor({
  provider,
  role,
  ready,
  etcdMember,
}: Pick<NodeState, "provider" | "role" | "ready" | "etcdMember">): readonly Step[] {
  const wanted = new Set<Step>(
    role === "compose"
      ? ["stop", "delete-device", "create", "wait-ready"]
      : ["cordon", "drain", "delete-node", "delete-device", ...ENDS[provider]],
  );
  if (etcdMember) wanted.add("leave-etcd");
  if (!ready) for (const step of ["drain", "stop"] as const) wanted.delete(step);
  return STEPS.filter((step) => wanted.has(step));
}

const ENDS: Readonly<Record<NodeState["provider"], readonly Step[]>> = {
  hetzner: ["stop", "create", "admit", "wait-ready", "uncordon"],
  onprem: ["stop"],
  aws: ["terminate", "wait-successor"],
};
