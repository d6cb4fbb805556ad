/** Tag of an environment's own: of the machine that brings it up and of its OAuth client, which may give out its pools' tags. */
export const environmentTag = (environment: string): string => `tag:${environment}`;

/** Tag of a pool's nodes. The tailnet's policy grants by these tags: a pool's nodes may all do the same, and no others. */
export const poolTag = (environment: string, pool: string): string => `tag:${environment}-${pool}`;

/** The people who look after an environment. */
export const operatorGroup = (environment: string): string => `group:${environment}-operators`;
