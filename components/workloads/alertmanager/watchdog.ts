/** Name of the alert that always fires: who hears nothing of it for a while knows that nobody is told of anything. */
export const WATCHDOG = "Watchdog";
