/**
 * Addresses that Tailscale gives to devices: shared address space, RFC 6598. Subnet routes keep them, because nodes do
 * not hide the source.
 */
export const MESH_RANGE = "100.64.0.0/10";
