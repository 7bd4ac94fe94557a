/** Whether a member's type fits its struct. Source: kernel/bpf/btf.c, the kinds' check_member. */
import type { Rule } from "../kernel/rule.ts";
import { logMember, logType, memberOffset } from "./lines.ts";
import { type At, KIND, type Reader } from "./reader.ts";
import { RESOLVE } from "./resolve_rules.ts";
import { isModifier, isRegularInt, type Resolver, type Vertex } from "./resolver.ts";

/** A member on trial: of which struct, which one, and of what type (behind its modifiers). */
interface Trial {
  readonly btf: Reader;
  readonly struct: Vertex;
  readonly index: number;
  readonly type: number;
  readonly at: At;
  /** The member's place in bits, and how many of them it has: 0 where it is no bit field. */
  readonly offset: number;
  readonly bits: number;
}

export function refuseMember(
  btf: Reader,
  struct: Vertex,
  index: number,
  type: number,
  rule: Rule,
  message: string,
): Rule {
  // In the first pass the struct had its line already.
  logType(btf, struct.id, struct.at);
  logMember(btf, struct.at, { index, type }, message);
  return rule;
}

function refuse({ btf, struct, index, type }: Trial, rule: Rule, message: string): Rule {
  return refuseMember(btf, struct, index, type, rule, message);
}

/** Checks a member whose type is resolved. */
export function checkMember(
  resolver: Resolver,
  struct: Vertex,
  index: number,
  memberType: number,
  memberAt: At,
): Rule | undefined {
  const { btf } = resolver;
  let [type, at] = [memberType, memberAt];
  if (isModifier(btf.kind(at))) {
    const behind = resolver.sized(type);
    if (behind === undefined) {
      const { member_target } = RESOLVE;
      return refuseMember(btf, struct, index, type, member_target, "Invalid member");
    }
    [type, at] = [behind.id, behind.at];
  }
  const word = memberOffset(btf, struct.at, index);
  const flagged = btf.kindFlag(struct.at);
  const [offset, bits] = flagged ? [word & 0xffffff, word >>> 24] : [word, 0];
  const trial: Trial = { btf, struct, index, type, at, offset, bits };
  switch (btf.kind(at)) {
    case KIND.INT:
      return flagged ? checkFlaggedInt(trial) : checkInt(trial);
    case KIND.ENUM:
    case KIND.ENUM64:
      return flagged ? checkFlaggedEnum(trial) : checkWhole(trial, btf.third(at));
    default:
      if (bits !== 0) return refuse(trial, RESOLVE.member_bitfield, "Invalid member bitfield_size");
      return btf.kind(at) === KIND.FLOAT
        ? checkFloat(trial)
        : checkWhole(trial, resolver.sized(type)!.size);
  }
}

/** Whole bytes from a byte on. */
function checkWhole(trial: Trial, size: number): Rule | undefined {
  if (trial.offset % 8 !== 0) {
    return refuse(trial, RESOLVE.member_unaligned, "Member is not byte aligned");
  }
  return fits(trial, trial.offset >>> 3, size);
}

function fits(trial: Trial, from: number, bytes: number): Rule | undefined {
  const size = trial.btf.third(trial.struct.at);
  const isInside = size >= from && size - from >= bytes;
  return isInside ? undefined : refuse(trial, RESOLVE.member_exceeds, "Member exceeds struct_size");
}

/** Bits from anywhere on, as far as 128 of them reach. */
function checkBits(trial: Trial, offset: number, bits: number): Rule | undefined {
  const copied = bits + offset % 8;
  if (copied > 128) return refuse(trial, RESOLVE.member_bits, "nr_copy_bits exceeds 128");
  return fits(trial, Math.floor(offset / 8), Math.ceil(copied / 8));
}

/** Without the kind flag the INT itself says where in its bytes it lies. */
function checkInt(trial: Trial): Rule | undefined {
  const data = trial.btf.extra(trial.at, 0);
  const offset = trial.offset + ((data >>> 16) & 255);
  if (offset > 0xffffffff) {
    return refuse(trial, RESOLVE.member_overflow, "bits_offset exceeds U32_MAX");
  }
  return checkBits(trial, offset, data & 255);
}

function checkFlaggedInt(trial: Trial): Rule | undefined {
  const { btf, at, offset, bits } = trial;
  if (!isRegularInt(btf, at)) {
    return refuse(trial, RESOLVE.member_base, "Invalid member base type");
  }
  const whole = btf.extra(at, 0) & 255;
  if (bits === 0) {
    return offset % 8 !== 0
      ? refuse(trial, RESOLVE.member_offset, "Invalid member offset")
      : checkBits(trial, offset, whole);
  }
  return bits > whole
    ? refuse(trial, RESOLVE.member_bitfield, "Invalid member bitfield_size")
    : checkBits(trial, offset, bits);
}

const INT_BITS = 32;

/** An enum counts as 32 bits here, whatever its size is. */
function checkFlaggedEnum(trial: Trial): Rule | undefined {
  const { offset, bits } = trial;
  if (bits === 0 && offset % 8 !== 0) {
    return refuse(trial, RESOLVE.member_unaligned, "Member is not byte aligned");
  }
  if (bits > INT_BITS) {
    return refuse(trial, RESOLVE.member_bitfield, "Invalid member bitfield_size");
  }
  return fits(trial, 0, Math.ceil((offset + (bits === 0 ? INT_BITS : bits)) / 8));
}

function checkFloat(trial: Trial): Rule | undefined {
  const size = trial.btf.third(trial.at);
  if (trial.offset % (8 * Math.min(8, size)) !== 0) {
    return refuse(trial, RESOLVE.member_float, "Member is not properly aligned");
  }
  return fits(trial, Math.floor(trial.offset / 8), size);
}
