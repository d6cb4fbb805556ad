import { z } from "zod";

/** What the script found and did on the host; its own file, so its keys are checked as they come. */
export const enrolmentReport = z.strictObject({
  version: z.literal(1),
  environment: z.string(),
  node: z.string().meta({ description: "`<pool>-<id>`." }),
  bundle: z.string().meta({ description: "Hash of the node bundle that the script carried." }),
  at: z.iso.datetime(),
  enrolled: z
    .boolean()
    .meta({ description: "True if every step is done: the node is in the mesh and in the cluster." }),
  address: z.string().meta({ description: "In the mesh; empty if it has none." }),
  checks: z.array(
    z.strictObject({
      name: z.string(),
      status: z.enum(["ok", "warned", "failed"]),
      found: z.string(),
      expected: z.string(),
    }),
  ),
  steps: z.array(
    z.strictObject({
      name: z.string(),
      status: z.enum(["done", "unchanged", "planned", "failed"]),
      message: z.string(),
    }),
  ),
});
export type EnrolmentReport = z.infer<typeof enrolmentReport>;

/** What the verb did: the `enroll --json` contract. */
export const enrolment = z.strictObject({
  node: z.string().meta({ description: "`<pool>-<id>`." }),
  state: z
    .enum(["declared", "enrolled", "lost"])
    .meta({ description: "Of the node, after a change if one was asked for." }),
  script: z.string().optional().meta({ description: "Path of the script that was written." }),
  preview: z.string().optional().meta({ description: "Of a dry run: the script, without a mesh key." }),
  keyExpires: z.iso.datetime().optional().meta({ description: "Until when the script's mesh key is good." }),
  admitted: z.boolean().optional().meta({ description: "True if the host has what it joins the cluster with." }),
  changed: z.boolean().meta({ description: "True if the environment file was changed." }),
});
export type Enrolment = z.infer<typeof enrolment>;
