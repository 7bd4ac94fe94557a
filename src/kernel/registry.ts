/** What struct_ops maps give the kernel: TCP congestion control, the one that it takes here. */
import type { Kernel } from "./kernel.ts";

/** A TCP congestion control algorithm: the kernel's own, or a struct_ops map's. */
export interface Congestion {
  readonly name: string;
  /** The map that registered it; undefined for the kernel's own. */
  readonly map: number | undefined;
}

/** Whether an algorithm of the name is registered (`tcp_ca_find`). */
export function isRegistered(k: Kernel, name: string): boolean {
  return k.congestion.some((known) => known.name === name);
}

export function register(k: Kernel, name: string, map: number): Kernel {
  return { ...k, congestion: [...k.congestion, { name, map }] };
}

/** Takes away what a map registered. */
export function unregister(k: Kernel, map: number): Kernel {
  return { ...k, congestion: k.congestion.filter((known) => known.map !== map) };
}
