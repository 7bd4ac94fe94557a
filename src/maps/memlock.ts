import type { Kernel } from "../kernel/kernel.ts";
import type { Task } from "../kernel/task.ts";

/** Whether 5.10 can charge so many bytes at all: it counts them in 32 bits. */
export function chargeable(bytes: number): boolean {
  return bytes < 0xffffffff - 4096;
}

/**
 * 5.10 charges maps and programs to RLIMIT_MEMLOCK of the user who made them, in whole pages, all of
 * the user's objects together (`bpf_charge_memlock`). Later kernels charge the memory cgroup, which
 * refuses nothing that the model can see.
 */
export function overMemlock(k: Kernel, task: Task, bytes: number): boolean {
  const limit = Math.floor(task.limits.memlock / 4096);
  return chargedPages(k, task.cred.uid) + Math.ceil(bytes / 4096) > limit;
}

function chargedPages(k: Kernel, uid: number): number {
  let pages = 0;
  for (const map of k.maps.table.values()) {
    if (map.spec.owner === uid) pages += Math.ceil(map.spec.charge / 4096);
  }
  for (const prog of k.progs.table.values()) {
    if (prog.created_by_uid === uid) pages += Math.ceil(prog.charge / 4096);
  }
  return pages;
}
