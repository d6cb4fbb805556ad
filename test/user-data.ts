import { gunzipSync } from "node:zlib";
import { parse } from "yaml";
import { z } from "zod";
import type { Row } from "../policies/row.ts";
import { asText } from "../policies/values.ts";

/** Types of the resources whose user data a cloud hands to a node, and the form it takes there. */
const FORMS: Readonly<Record<string, (userData: string) => string>> = {
  "hcloud:index/server:Server": (userData) => userData,
  "aws:ec2/launchTemplate:LaunchTemplate": (userData) => gunzipSync(Buffer.from(userData, "base64")).toString("utf8"),
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
  readonly document: z.output<typeof documents>;
}

/** What the nodes among the rows are booted with. */
export const userDataOf = (rows: readonly Row[]): UserData[] =>
  rows.flatMap(({ name, type, inputs }): UserData[] => {
    const text = FORMS[type]?.(asText(inputs["userData"]) ?? "");
    return text === undefined ? [] : [{ name, type, text, document: documents.parse(parse(text)) }];
  });
