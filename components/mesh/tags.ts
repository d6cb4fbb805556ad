/** Roles of mesh devices; the organisation's policy grants by these tags and by nothing else. */
export type MeshRole = "server" | "agent" | "compose" | "gpu" | "burst" | "vault" | "operations";

export const meshTag = (role: MeshRole): string => `tag:${role}`;
