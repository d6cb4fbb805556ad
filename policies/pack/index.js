// The SDK would load a TypeScript entry through a compiler of its own; Node runs the pack's sources as they are.
import "./pack.ts";
