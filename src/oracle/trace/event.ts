/** What a trace says, whatever notation it is in. */
import type { Call, Limits, Version } from "bpfspec";
import type { Place } from "./place.ts";

/** What a call answered. */
export type Observed =
  | { readonly kind: "value"; readonly ret: number }
  /** The errno by name, or as digits where the notation has no name. */
  | { readonly kind: "errno"; readonly errno: string }
  | { readonly kind: "unknown" };

/** What a trace shows of what a call wrote: bytes by field, numbers of attr and info by name. */
export interface Shown {
  readonly bytes?: Readonly<Record<string, Uint8Array>>;
  readonly info?: Readonly<Record<string, number | bigint | string>>;
  readonly info_len?: number;
  readonly next_id?: number;
  /** What socketpair or recv made. */
  readonly fds?: readonly number[];
}

export interface NewFd {
  readonly fd: number;
  readonly cloexec: boolean;
}

/** What a line of a trace does. */
export type Action =
  /** One of the model's own calls. */
  | { readonly does: "call"; readonly call: Call; readonly shown: Shown }
  /** Descriptors of files that bpf(2) has nothing to do with. */
  | { readonly does: "descriptors"; readonly fds: readonly NewFd[] }
  /** socketpair of Unix sockets. */
  | { readonly does: "pair"; readonly fds: readonly number[]; readonly cloexec: boolean }
  /** fcntl(F_DUPFD): the lowest descriptor from `least` on. */
  | {
    readonly does: "dup";
    readonly fd: number;
    readonly least: number;
    readonly cloexec: boolean;
  }
  | { readonly does: "dup3"; readonly fd: number; readonly to: number; readonly cloexec: boolean }
  | {
    readonly does: "close range";
    readonly first: number;
    readonly last: number;
    readonly cloexec: boolean;
  }
  | {
    readonly does: "mmap";
    readonly fd: number;
    readonly length: number;
    readonly writable: boolean;
    readonly shared: boolean;
  }
  | { readonly does: "munmap"; readonly at: bigint; readonly length: bigint }
  /** fork, vfork, clone: a child with a copy of the descriptors, or with the very same. */
  | { readonly does: "spawn"; readonly child: number; readonly shares: boolean }
  | { readonly does: "exec" }
  /** exit_group, or the end that strace tells of. */
  | { readonly does: "end"; readonly told: boolean }
  /** exit of one thread. */
  | { readonly does: "leave" }
  /** Something that the model cannot follow changed what paths mean. */
  | { readonly does: "paths"; readonly what: string }
  /** Something that the model cannot follow changed the caller's credentials. */
  | { readonly does: "credentials"; readonly what: string }
  /** A call that the model has nothing to say about. */
  | { readonly does: "nothing"; readonly why?: string };

export interface Event {
  readonly place: Place;
  /** The process, as the trace numbers it. */
  readonly pid: number;
  /** The call's name, `bpf MAP_CREATE`. */
  readonly name: string;
  readonly action: Action;
  readonly observed: Observed;
  /** The line in which the call began, where it ended in another. */
  readonly began?: number;
  /** The address that an mmap returned. */
  readonly address?: bigint;
}

/** A whole trace. */
export interface Trace {
  readonly file: string;
  readonly events: readonly Event[];
  /** The kernel that a trace names itself. */
  readonly kernel?: Version;
  /** Whether the bpffs is known to be empty at the start. */
  readonly fresh: boolean;
  readonly limits?: Partial<Limits>;
  /** Whether the trace shows every call that makes or closes a descriptor, from exec on. */
  readonly complete: boolean;
}

/** The attr of any command. */
export type Loose = Readonly<Record<string, unknown>>;
