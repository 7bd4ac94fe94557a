/** Calls that nobody in his right mind makes. */
import {
  BPF_COMMON_ATTRS,
  type BpfCall,
  type Call,
  commandAbi,
  COMMANDS,
  encodeAttr,
  type Field,
  type Machine,
  type Memory,
  type Ptr,
  type RawCall,
  room,
  type Segment,
} from "bpfspec";
import fc from "fast-check";
import { callFor } from "../../src/oracle/campaign/calls.ts";
import { choices } from "../../src/oracle/campaign/choices.ts";
import { BOUNDARIES, FLAGS, one } from "../../src/oracle/campaign/pools.ts";
import { asRaw } from "./as_raw.ts";

/** A call that is made up where a machine stands. */
export type MakeCall = (m: Machine) => Call;

const u32: fc.Arbitrary<number> = fc.oneof(
  { weight: 4, arbitrary: fc.nat(20) },
  { weight: 4, arbitrary: fc.constantFrom(...BOUNDARIES, ...FLAGS) },
  fc.nat(0xffffffff),
);

/** Numbers that are no 32-bit numbers, and some that are. */
const oddNumber: fc.Arbitrary<number> = fc.oneof(
  u32,
  fc.double(),
  fc.constantFrom(-1, -0, 0.5, -1.5, 2 ** 32, 2 ** 53, 2 ** 63, 2 ** 64, 1e300, -(2 ** 31)),
  fc.constantFrom(NaN, Infinity, -Infinity),
);

const u64: fc.Arbitrary<bigint> = fc.oneof(
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  u32.map(BigInt),
);

const smallBytes = fc.uint8Array({ maxLength: 32 });

/** Where the segments of drawn memory lie: near each other, and at both ends. */
const PLACES: readonly bigint[] = [
  0n,
  1n,
  0x1000n,
  0x1010n,
  0x1800n,
  0x7ffffffff000n,
  2n ** 64n - 8n,
];

const segment: fc.Arbitrary<Segment> = fc.record({
  at: fc.constantFrom(...PLACES),
  bytes: fc.oneof(
    fc.uint8Array({ maxLength: 64 }),
    fc.constantFrom(...["/sys/fs/bpf/a\0", "GPL\0", "/\0"]).map((s) => new TextEncoder().encode(s)),
    fc.nat(5000).map((n) => new Uint8Array(n)),
  ),
  readonly: fc.boolean(),
});

const memory: fc.Arbitrary<Memory> = fc.array(segment, { maxLength: 5 });

const address: fc.Arbitrary<bigint> = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...PLACES) },
  fc.tuple(fc.constantFrom(...PLACES), fc.nat(70)).map(([at, offset]) => at + BigInt(offset)),
  u64,
);

function rawValue({ kind, size }: Field): fc.Arbitrary<number | bigint | string> {
  if (kind === "ptr") return address;
  if (kind === "u64") return fc.oneof(fc.constant(0n), u64);
  if (kind === "bytes") return fc.constantFrom("", "a", "a b", "x".repeat(size), "\xff\0");
  return u32;
}

/** The right bytes of a command with a few fields set to anything. */
const commandBytes: fc.Arbitrary<Uint8Array> = fc.constantFrom(...COMMANDS).chain((
  { name, fields },
) =>
  fc.record(
    Object.fromEntries(fields.map((field: Field) => [field.name, rawValue(field)])),
    { requiredKeys: [] },
  ).map((values) => encodeAttr(name, values as never))
);

const attrBytes: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 4, arbitrary: commandBytes },
  fc.uint8Array({ maxLength: 200 }),
);

const size: fc.Arbitrary<number> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(168, 144, 120, 64, 32, 16, 8) },
  fc.constantFrom(0, 1, 4, 119, 121, 169, 4095, 4096, 4097),
  oddNumber,
);

const ptr: fc.Arbitrary<Ptr> = fc.oneof(
  smallBytes,
  address,
  oddNumber,
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.constantFrom("/sys/fs/bpf/a", "/sys/fs/bpf/d/../a", "/tmp", "GPL", "..", "\0", "\u1234"),
  fc.oneof(fc.nat(100), oddNumber).map(room),
);

const cmd: fc.Arbitrary<number> = fc.oneof(
  { weight: 6, arbitrary: fc.nat(COMMANDS.length) },
  { weight: 2, arbitrary: fc.nat(COMMANDS.length).map((n) => n | BPF_COMMON_ATTRS) },
  oddNumber,
);

/** Any arguments of the system call, over any memory. */
const anyRawCall: fc.Arbitrary<RawCall> = fc.record({
  cmd,
  attr: fc.oneof({ weight: 4, arbitrary: attrBytes }, ptr),
  size,
  common: fc.oneof(fc.uint8Array({ maxLength: 40 }), ptr),
  size_common: fc.oneof(fc.constantFrom(0, 16, 20, 24, 25, 4097), oddNumber),
  memory,
}, { requiredKeys: ["cmd", "attr", "size"] });

/** What the types let through for a field, and what a C program could not even say. */
function typedValue({ kind }: Field): fc.Arbitrary<unknown> {
  switch (kind) {
    case "ptr":
      return ptr;
    case "u64":
      return fc.oneof(u64, oddNumber, fc.bigInt());
    case "bytes":
      return fc.oneof(
        fc.string({ unit: "binary", maxLength: 20 }),
        smallBytes,
        fc.constantFrom("a_map", "\u1234", new Uint8Array(500_000).fill(65)),
      );
    default:
      return oddNumber;
  }
}

const common = fc.record(
  { log_buf: ptr, log_size: oddNumber, log_level: oddNumber },
  { requiredKeys: [] },
);

/** Any typed call: every command, each field there or not. */
const anyTypedCall = fc.constantFrom(...COMMANDS).chain(({ name, fields }) =>
  fc.record({
    op: fc.constant("bpf" as const),
    cmd: fc.constant(name),
    attr: fc.record(
      Object.fromEntries(fields.map((field: Field) => [field.name, typedValue(field)])),
      { requiredKeys: [] },
    ),
    size,
    common,
    verdict: fc.constantFrom("accept" as const, "EINVAL" as const),
  }, { requiredKeys: ["op", "cmd", "attr"] })
) as fc.Arbitrary<BpfCall>;

/** A call of a campaign, which makes sense where the machine stands. */
const sensible: fc.Arbitrary<MakeCall> = choices(1).map(([choice]) => (m) => callFor(m, choice));

/** A value for each kind of field, one of which is put where it does not belong. */
const spoil = fc.record({
  at: fc.nat(99),
  u32: oddNumber,
  u64: fc.oneof(u64, oddNumber, fc.bigInt()),
  ptr,
  bytes: typedValue({ name: "", offset: 0, size: 16, kind: "bytes" }),
});

/** A sensible call with one field that is not. */
const spoiledTyped: fc.Arbitrary<MakeCall> = fc.tuple(sensible, spoil).map(([make, odd]) => (m) => {
  const call = make(m);
  if (call.op !== "bpf") return call;
  const { name, kind } = one<Field>(commandAbi(call.cmd).fields, odd.at);
  const value = kind === "s32" ? odd.u32 : odd[kind];
  return { ...call, attr: { ...call.attr, [name]: value } } as Call;
});

const damage = fc.record({ at: fc.nat(9999), byte: fc.nat(255), what: fc.nat(5), size });

/** A sensible call at the raw door, damaged in one place. */
const spoiledRaw: fc.Arbitrary<MakeCall> = fc.tuple(sensible, damage).map(
  ([make, { at, byte, what, size }]) => (m) => {
    const call = make(m);
    if (call.op !== "bpf") return call;
    const raw = asRaw({ ...call, size: undefined }, 168);
    const memory = [...raw.memory!];
    const bytes = (raw.attr as Uint8Array).slice();
    if (what === 0) return { op: "raw", ...raw, size };
    if (what === 1) bytes[at % bytes.length] = byte;
    if (what >= 2 && memory.length > 0) {
      const hurt = at % memory.length;
      const cut = memory[hurt].bytes.slice(0, byte % (memory[hurt].bytes.length + 1));
      memory[hurt] = what === 2
        ? { ...memory[hurt], readonly: true }
        : { ...memory[hurt], bytes: cut };
    }
    return { op: "raw", ...raw, attr: bytes, memory };
  },
);

/** Any call at the raw door. */
export const rawCall: fc.Arbitrary<MakeCall> = fc.oneof(
  anyRawCall.map((call) => () => ({ op: "raw", ...call }) as const),
  spoiledRaw,
);

/** Any call at the typed door. */
export const typedCall: fc.Arbitrary<MakeCall> = fc.oneof(
  anyTypedCall.map((call) => () => call),
  spoiledTyped,
);
