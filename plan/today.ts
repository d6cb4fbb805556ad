/** The day as prices and findings count it, such as `2026-11-21`, in UTC. */
export const today = (now: Date = new Date()): string => now.toISOString().slice(0, "2026-11-21".length);
