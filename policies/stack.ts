/** The Pulumi project's name, part of every URN; as in Pulumi.yaml. */
export const PROJECT = "splitfleet";

export const STACK_TYPE = "pulumi:pulumi:Stack";

/** URN that findings about a whole environment carry. */
export function stackUrn(environment: string): string {
  return `urn:pulumi:${environment}::${PROJECT}::${STACK_TYPE}::${PROJECT}-${environment}`;
}
