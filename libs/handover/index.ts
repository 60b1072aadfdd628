export * from "./handover.ts";
