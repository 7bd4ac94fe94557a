import { existsIn, type Version } from "../kernel/version.ts";
import {
  ATTACHABLE,
  CGROUP_TYPES,
  DETACHABLE,
  type Known,
  MPROG_TYPES,
  QUERIABLE,
} from "./attach_classes.ts";
import { held } from "./codec.ts";
import { commandAbi, type CommandName } from "./commands.ts";
import type { ErrnoName } from "./errno.ts";
import {
  BPF_F_AFTER,
  BPF_F_ALLOW_MULTI,
  BPF_F_ALLOW_OVERRIDE,
  BPF_F_BEFORE,
  BPF_F_ID,
  BPF_F_LINK,
  BPF_F_LOCK,
  BPF_F_PREORDER,
  BPF_F_QUERY_EFFECTIVE,
  BPF_F_REPLACE,
} from "./flags.ts";

/** A check that needs nothing but the attr and the caller's capabilities. */
export type HeadCheck =
  /** The tail of the attr after the command's last field is zero. */
  | { readonly kind: "attr" }
  /** `field` has no bit outside `allowed`; `named` says the one allowed flag by its name. */
  | {
    readonly kind: "flags";
    readonly field: string;
    readonly allowed: number;
    readonly named?: string;
  }
  /** `field` is less than `limit`. */
  | { readonly kind: "below"; readonly field: string; readonly limit: number }
  /** `field` is one of the values that the version knows. */
  | { readonly kind: "known"; readonly field: string; readonly among: readonly Known[] }
  /** A size and its buffer are both given, or both zero. */
  | { readonly kind: "pair"; readonly size: string; readonly buffer: string }
  /** The caller has the capability; with `orSysAdmin`, CAP_SYS_ADMIN does as well. */
  | {
    readonly kind: "capability";
    readonly needs: "CAP_SYS_ADMIN" | "CAP_BPF" | "CAP_NET_ADMIN";
    readonly orSysAdmin?: true;
  };

/** A condition on one field: the check stands only where the field is in (or not in) a list. */
export type Where =
  & { readonly field: string }
  & ({ readonly in: readonly number[] } | { readonly notIn: readonly number[] });

/** One check of a head; `name` is unique in the command but for the same check in other versions. */
export type Standing = HeadCheck & {
  readonly name: string;
  readonly since?: Version;
  readonly until?: Version;
  /** All of them hold, or the check is passed over. */
  readonly where?: readonly Where[];
  /** What `where` says, in words that go before the condition. */
  readonly only?: string;
};

/** How a command begins: its checks in the kernel's order, up to where the first needs state. */
export interface Head {
  readonly command: CommandName;
  readonly checks: readonly Standing[];
}

const ATTR: Standing = { kind: "attr", name: "attr" };
const SYS_ADMIN: Standing = { kind: "capability", name: "capability", needs: "CAP_SYS_ADMIN" };

type Span = Pick<Standing, "since" | "until" | "where" | "only"> & { readonly named?: string };

function flags(field: string, allowed: number, span: Span = {}): Standing {
  return { kind: "flags", name: field, field, allowed, ...span };
}

const BASE_FLAGS = BPF_F_ALLOW_OVERRIDE | BPF_F_ALLOW_MULTI | BPF_F_REPLACE | BPF_F_PREORDER;
const MPROG_FLAGS = BPF_F_REPLACE | BPF_F_BEFORE | BPF_F_AFTER | BPF_F_ID | BPF_F_LINK;

const OF_MPROG: Where = { field: "attach_type", in: MPROG_TYPES };
const OF_CGROUP: Where = { field: "attach_type", in: CGROUP_TYPES };
const OF_OTHERS: Where = { field: "attach_type", notIn: [...MPROG_TYPES, ...CGROUP_TYPES] };

const LATER_OTHERS: Span = {
  since: "6.12",
  where: [OF_OTHERS],
  only: "`attach_type` is none of a cgroup, LSM, tcx or netkit",
};

/**
 * The heads of the commands that the model does not take further. After the head the kernel looks
 * at descriptors or memory; what it answers then, a head does not say.
 */
export const HEADS: readonly Head[] = [
  {
    command: "PROG_ATTACH",
    checks: [
      ATTR,
      flags("attach_flags", BPF_F_ALLOW_OVERRIDE | BPF_F_ALLOW_MULTI | BPF_F_REPLACE, {
        until: "6.1",
      }),
      { kind: "known", name: "attach_type", field: "attach_type", among: ATTACHABLE },
      flags("attach_flags", MPROG_FLAGS, { since: "6.12", where: [OF_MPROG] }),
      flags("attach_flags", BASE_FLAGS | MPROG_FLAGS, { since: "6.12", where: [OF_CGROUP] }),
      flags("attach_flags", BASE_FLAGS, { since: "6.12", where: [OF_OTHERS] }),
      flags("relative_fd", 0, LATER_OTHERS),
      flags("expected_revision", 0, LATER_OTHERS),
    ],
  },
  {
    command: "PROG_DETACH",
    checks: [
      ATTR,
      flags("attach_flags", MPROG_FLAGS, { since: "6.12", where: [OF_MPROG] }),
      {
        kind: "capability",
        name: "capability",
        needs: "CAP_NET_ADMIN",
        orSysAdmin: true,
        since: "6.12",
        // With a program, its descriptor is looked up and nothing asks for a capability.
        where: [OF_MPROG, { field: "attach_bpf_fd", in: [0] }],
        only: "`attach_type` is of tcx or netkit, `attach_bpf_fd` is 0",
      },
      flags("attach_flags", 0, { since: "6.12", where: [OF_CGROUP] }),
      flags("relative_fd", 0, { since: "6.12", where: [OF_CGROUP] }),
      flags("attach_flags", 0, LATER_OTHERS),
      flags("relative_fd", 0, LATER_OTHERS),
      flags("expected_revision", 0, LATER_OTHERS),
      { kind: "known", name: "attach_type", field: "attach_type", among: DETACHABLE },
    ],
  },
  {
    command: "PROG_TEST_RUN",
    checks: [
      ATTR,
      { kind: "pair", name: "ctx_in", size: "ctx_size_in", buffer: "ctx_in" },
      { kind: "pair", name: "ctx_out", size: "ctx_size_out", buffer: "ctx_out" },
    ],
  },
  {
    command: "PROG_QUERY",
    checks: [
      { kind: "capability", name: "capability", needs: "CAP_NET_ADMIN", until: "6.1" },
      {
        kind: "capability",
        name: "capability",
        needs: "CAP_NET_ADMIN",
        orSysAdmin: true,
        since: "6.12",
      },
      ATTR,
      flags("query_flags", BPF_F_QUERY_EFFECTIVE, { named: "BPF_F_QUERY_EFFECTIVE" }),
      { kind: "known", name: "attach_type", field: "attach_type", among: QUERIABLE },
    ],
  },
  { command: "RAW_TRACEPOINT_OPEN", checks: [ATTR] },
  { command: "TASK_FD_QUERY", checks: [ATTR, SYS_ADMIN, flags("flags", 0)] },
  {
    command: "MAP_LOOKUP_AND_DELETE_ELEM",
    checks: [ATTR, flags("flags", BPF_F_LOCK, { since: "6.1", named: "BPF_F_LOCK" })],
  },
  { command: "MAP_LOOKUP_BATCH", checks: [ATTR] },
  { command: "MAP_LOOKUP_AND_DELETE_BATCH", checks: [ATTR] },
  { command: "MAP_UPDATE_BATCH", checks: [ATTR] },
  { command: "MAP_DELETE_BATCH", checks: [ATTR] },
  {
    command: "ENABLE_STATS",
    checks: [ATTR, SYS_ADMIN, { kind: "below", name: "type", field: "type", limit: 1 }],
  },
  { command: "ITER_CREATE", checks: [ATTR, flags("flags", 0)] },
  { command: "PROG_BIND_MAP", checks: [ATTR, flags("flags", 0)] },
  { command: "TOKEN_CREATE", checks: [ATTR, flags("flags", 0)] },
  { command: "PROG_STREAM_READ_BY_FD", checks: [ATTR] },
  { command: "PROG_ASSOC_STRUCT_OPS", checks: [ATTR, flags("flags", 0)] },
];

const BY_COMMAND: ReadonlyMap<CommandName, Head> = new Map(HEADS.map((h) => [h.command, h]));

/** The head of a command, or undefined where the model takes the command further. */
export function headOf(command: CommandName): Head | undefined {
  return BY_COMMAND.get(command);
}

/** What a check that fails answers. */
export function errnoOf(check: HeadCheck): ErrnoName {
  return check.kind === "capability" ? "EPERM" : "EINVAL";
}

/** The condition on which a check refuses, in one line. */
export function conditionOf(check: HeadCheck): string {
  switch (check.kind) {
    case "attr":
      return "a byte after the last field is not zero";
    case "flags":
      if (check.allowed === 0) return `\`${check.field}\` is not 0`;
      return check.named === undefined
        ? `\`${check.field}\` has a bit outside 0x${check.allowed.toString(16)}`
        : `\`${check.field}\` has a bit other than ${check.named}`;
    case "below":
      return check.limit === 1
        ? `\`${check.field}\` is not 0`
        : `\`${check.field}\` is INT_MAX (0x${check.limit.toString(16)}) or larger`;
    case "known":
      return `\`${check.field}\` is none that the command knows`;
    case "pair":
      return `only one of \`${check.size}\` and \`${check.buffer}\` is given`;
    case "capability":
      return check.orSysAdmin === true
        ? `the caller has neither ${check.needs} nor CAP_SYS_ADMIN`
        : `the caller does not have ${check.needs}`;
  }
}

/** What a head's checks look at. */
export interface HeadInput {
  /**
   * The attr, as `decodeAttr` reads it or as a caller wrote it: a number wraps as its field does,
   * what is left out is zero, and of a C union any member may be given.
   */
  readonly attr: Readonly<Record<string, number | bigint | string | undefined>>;
  /** Whether the attr is zero from the command's end on. */
  readonly tailIsZero: boolean;
  readonly capable: (capability: "CAP_SYS_ADMIN" | "CAP_BPF" | "CAP_NET_ADMIN") => boolean;
}

/** The first check of a head that refuses, or undefined where the head is passed. */
export function refusing(head: Head, version: Version, input: HeadInput): Standing | undefined {
  const value = reader(head.command, input.attr);
  return head.checks.find((check) =>
    existsIn(version, check) &&
    (check.where ?? []).every((where) => holds(where, value)) &&
    refuses(check, version, input, value)
  );
}

type Reader = (field: string) => bigint;

/** Reads fields by name; where the name itself is not given, the member that shares its bytes. */
function reader(command: CommandName, attr: HeadInput["attr"]): Reader {
  const { fields } = commandAbi(command);
  return (name) => {
    const field = fields.find((one) => one.name === name)!;
    const given = fields.findLast((one) =>
      one.offset === field.offset && one.size === field.size && attr[one.name] !== undefined
    );
    return given === undefined ? 0n : held(field, attr[given.name]!);
  };
}

function holds(where: Where, value: Reader): boolean {
  const read = Number(value(where.field));
  return "in" in where ? where.in.includes(read) : !where.notIn.includes(read);
}

function refuses(
  check: HeadCheck,
  version: Version,
  input: HeadInput,
  value: Reader,
): boolean {
  switch (check.kind) {
    case "attr":
      return !input.tailIsZero;
    case "flags":
      return (value(check.field) & ~BigInt(check.allowed)) !== 0n;
    case "below":
      return value(check.field) >= BigInt(check.limit);
    case "known": {
      const read = Number(value(check.field));
      return !check.among.some((one) => one.value === read && existsIn(version, one));
    }
    case "pair":
      return (value(check.size) === 0n) !== (value(check.buffer) === 0n);
    case "capability":
      return !input.capable(check.needs) &&
        !(check.orSysAdmin === true && input.capable("CAP_SYS_ADMIN"));
  }
}
