import type { Version } from "../kernel/version.ts";
import { type Enumerator, enumerator } from "./enumerator.ts";

export const BPF_LINK_TYPE_UNSPEC = 0;
export const BPF_LINK_TYPE_RAW_TRACEPOINT = 1;
export const BPF_LINK_TYPE_TRACING = 2;
export const BPF_LINK_TYPE_CGROUP = 3;
export const BPF_LINK_TYPE_ITER = 4;
export const BPF_LINK_TYPE_NETNS = 5;
export const BPF_LINK_TYPE_XDP = 6;
export const BPF_LINK_TYPE_PERF_EVENT = 7; // since 6.1
export const BPF_LINK_TYPE_KPROBE_MULTI = 8; // since 6.1
export const BPF_LINK_TYPE_STRUCT_OPS = 9; // since 6.1
export const BPF_LINK_TYPE_NETFILTER = 10; // since 6.12
export const BPF_LINK_TYPE_TCX = 11; // since 6.12
export const BPF_LINK_TYPE_UPROBE_MULTI = 12; // since 6.12
export const BPF_LINK_TYPE_NETKIT = 13; // since 6.12
export const BPF_LINK_TYPE_SOCKMAP = 14; // since 6.12
export const BPF_LINK_TYPE_TRACING_MULTI = 15; // since 7.2

/** Every link type, `value` = index. */
export const LINK_TYPES = [
  enumerator("BPF_LINK_TYPE_UNSPEC", BPF_LINK_TYPE_UNSPEC),
  enumerator("BPF_LINK_TYPE_RAW_TRACEPOINT", BPF_LINK_TYPE_RAW_TRACEPOINT),
  enumerator("BPF_LINK_TYPE_TRACING", BPF_LINK_TYPE_TRACING),
  enumerator("BPF_LINK_TYPE_CGROUP", BPF_LINK_TYPE_CGROUP),
  enumerator("BPF_LINK_TYPE_ITER", BPF_LINK_TYPE_ITER),
  enumerator("BPF_LINK_TYPE_NETNS", BPF_LINK_TYPE_NETNS),
  enumerator("BPF_LINK_TYPE_XDP", BPF_LINK_TYPE_XDP),
  enumerator("BPF_LINK_TYPE_PERF_EVENT", BPF_LINK_TYPE_PERF_EVENT, "6.1"),
  enumerator("BPF_LINK_TYPE_KPROBE_MULTI", BPF_LINK_TYPE_KPROBE_MULTI, "6.1"),
  enumerator("BPF_LINK_TYPE_STRUCT_OPS", BPF_LINK_TYPE_STRUCT_OPS, "6.1"),
  enumerator("BPF_LINK_TYPE_NETFILTER", BPF_LINK_TYPE_NETFILTER, "6.12"),
  enumerator("BPF_LINK_TYPE_TCX", BPF_LINK_TYPE_TCX, "6.12"),
  enumerator("BPF_LINK_TYPE_UPROBE_MULTI", BPF_LINK_TYPE_UPROBE_MULTI, "6.12"),
  enumerator("BPF_LINK_TYPE_NETKIT", BPF_LINK_TYPE_NETKIT, "6.12"),
  enumerator("BPF_LINK_TYPE_SOCKMAP", BPF_LINK_TYPE_SOCKMAP, "6.12"),
  enumerator("BPF_LINK_TYPE_TRACING_MULTI", BPF_LINK_TYPE_TRACING_MULTI, "7.2"),
] as const satisfies readonly Enumerator[];

/** The uapi name of a link type. */
export type LinkTypeName = (typeof LINK_TYPES)[number]["name"];

/** The first number that is no link type (the header's `__MAX_BPF_LINK_TYPE`). */
export const MAX_LINK_TYPE: Readonly<Record<Version, number>> = {
  "5.10": 7,
  "6.1": 10,
  "6.12": 15,
  "6.18": 15,
  "7.2": 16,
};
