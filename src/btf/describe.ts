/** What the log says of a type beside its name: the kernel's log_details of each kind. */
import { type At, KIND, type Reader } from "./reader.ts";

const ENCODINGS: ReadonlyMap<number, string> = new Map([
  [0, "(none)"],
  [1, "SIGNED"],
  [2, "CHAR"],
  [4, "BOOL"],
]);

/** The pieces in which the kernel prints the details of a type. */
export function describe(btf: Reader, at: At): readonly string[] {
  const third = btf.third(at);
  switch (btf.kind(at)) {
    case KIND.INT: {
      const data = btf.extra(at, 0);
      const encoding = ENCODINGS.get((data >>> 24) & 15) ?? "UNKN";
      const place = `bits_offset=${(data >>> 16) & 255} nr_bits=${data & 255}`;
      return [`size=${third} ${place} encoding=${encoding}`];
    }
    case KIND.ARRAY: {
      const [type, index, count] = [btf.extra(at, 0), btf.extra(at, 1), btf.extra(at, 2)];
      return [`type_id=${type} index_type_id=${index} nr_elems=${count}`];
    }
    case KIND.STRUCT:
    case KIND.UNION:
    case KIND.ENUM:
    case KIND.ENUM64:
    case KIND.DATASEC:
      return [`size=${third} vlen=${btf.vlen(at)}`];
    case KIND.FWD:
      return [btf.kindFlag(at) ? "union" : "struct"];
    case KIND.FUNC_PROTO:
      return describeProto(btf, at);
    case KIND.VAR:
      return [`type_id=${third} linkage=${btf.extra(at, 0)}`];
    case KIND.FLOAT:
      return [`size=${third}`];
    case KIND.DECL_TAG:
      return [`type=${third} component_idx=${btf.extra(at, 0) | 0}`];
    default:
      return [`type_id=${third}`];
  }
}

function describeProto(btf: Reader, at: At): readonly string[] {
  const count = btf.vlen(at);
  const pieces = [`return=${btf.third(at)} args=(`];
  const type = (i: number) => btf.extra(at, 2 * i + 1);
  if (count === 0) pieces.push("void");
  else if (count === 1 && type(0) === 0) pieces.push("vararg");
  else {
    for (let i = 0; i < count; i++) {
      const comma = i === 0 ? "" : ", ";
      const isVararg = i > 0 && i === count - 1 && type(i) === 0;
      const what = isVararg ? "vararg" : `${type(i)} ${btf.shown(btf.extra(at, 2 * i))}`;
      pieces.push(comma + what);
    }
  }
  pieces.push(")");
  return pieces;
}
