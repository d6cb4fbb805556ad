interface ServerType {
  readonly vcpu: number;
  readonly memoryGiB: number;
  readonly diskGiB: number;
  readonly architecture: "amd64" | "arm64";
}

const type = (
  vcpu: number,
  memoryGiB: number,
  diskGiB: number,
  architecture: ServerType["architecture"] = "amd64",
): ServerType => ({
  vcpu,
  memoryGiB,
  diskGiB,
  architecture,
});

/** What Hetzner's current server types have (Hetzner Cloud API, /v1/server_types; public copy of 2026-09-29). */
export const SERVER_TYPES: Readonly<Record<string, ServerType>> = {
  cx23: type(2, 4, 40),
  cx33: type(4, 8, 80),
  cx43: type(8, 16, 160),
  cx53: type(16, 32, 320),
  cax11: type(2, 4, 40, "arm64"),
  cax21: type(4, 8, 80, "arm64"),
  cax31: type(8, 16, 160, "arm64"),
  cax41: type(16, 32, 320, "arm64"),
  cpx12: type(1, 2, 40),
  cpx22: type(2, 4, 80),
  cpx32: type(4, 8, 160),
  cpx42: type(8, 16, 320),
  cpx52: type(12, 24, 480),
  cpx62: type(16, 32, 640),
  ccx13: type(2, 8, 80),
  ccx23: type(4, 16, 160),
  ccx33: type(8, 32, 240),
  ccx43: type(16, 64, 360),
  ccx53: type(32, 128, 600),
  ccx63: type(48, 192, 960),
};
