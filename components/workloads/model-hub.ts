import type { Egress } from "./contract.ts";

/** Where engines fetch weights by a model's hub name: the index, and the stores that it sends on to. */
export const HUB_EGRESS: readonly Egress[] = [
  "huggingface.co",
  "cas-server.xethub.hf.co",
  "cas-bridge.xethub.hf.co",
  "transfer.xethub.hf.co",
].map((host) => ({ host, port: 443, purpose: "model weights" }));
