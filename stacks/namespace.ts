/** Namespace of the sections among Pulumi's configuration keys; the project's name. */
export const NAMESPACE = "splitfleet";

/** Keys at the top of a stack's file, beside `config`, that belong to the Pulumi CLI. */
export const PULUMI_KEYS: readonly string[] = ["encryptionsalt", "secretsprovider", "encryptedkey", "environment"];
