import { gunzipSync } from "node:zlib";
import { parse } from "yaml";
import { z } from "zod";
import type { Row } from "../policies/row.ts";
import { asText } from "../policies/values.ts";

/** Types of the resources whose user data a cloud hands to a node, and how it takes it. */
const FORMS: Readonly<Record<string, { readonly encoding: BufferEncoding; readonly isPacked: boolean }>> = {
  "hcloud:index/server:Server": { encoding: "utf8", isPacked: false },
  "aws:ec2/launchTemplate:LaunchTemplate": { encoding: "base64", isPacked: true },
};

const documents = z.strictObject({
  hostname: z.string().optional(),
  package_update: z.literal(false),
  ssh_pwauth: z.literal(false),
  disable_root: z.literal(true),
  write_files: z.array(z.strictObject({ path: z.string(), permissions: z.string(), content: z.string() })),
  runcmd: z.array(z.array(z.string()).min(1)),
});

/** User data of one node or group of nodes, as it reaches the cloud. */
export interface UserData {
  readonly name: string;
  readonly type: string;
  readonly text: string;
  /** As the cloud counts them: before Base64. */
  readonly bytes: number;
  readonly document: z.output<typeof documents>;
}

/** What the nodes among the rows are booted with. */
export const userDataOf = (rows: readonly Row[]): UserData[] =>
  rows.flatMap(({ name, type, inputs }): UserData[] => {
    const form = FORMS[type];
    if (form === undefined) return [];
    const packed = Buffer.from(asText(inputs["userData"]) ?? "", form.encoding);
    const text = (form.isPacked ? gunzipSync(packed) : packed).toString("utf8");
    return [{ name, type, text, bytes: packed.byteLength, document: documents.parse(parse(text)) }];
  });
