import type * as kubernetes from "@pulumi/kubernetes";

type ObjectMeta = kubernetes.types.input.meta.v1.ObjectMeta;

/** Facts that are no labels, because nothing selects by them. */
export const withAnnotations = (metadata: ObjectMeta, annotations: Record<string, string>): ObjectMeta =>
  Object.keys(annotations).length === 0 ? metadata : { ...metadata, annotations };
