/** The rules by which BTF_LOAD refuses what BTF says, table by table in the kernel's order. */
import type { Rule } from "../kernel/rule.ts";
import { END } from "./end.ts";
import { HEADER } from "./header.ts";
import { ARRAY } from "./kinds/array.ts";
import { DATASEC } from "./kinds/datasec.ts";
import { DECL_TAG } from "./kinds/decl_tag.ts";
import { ENUM } from "./kinds/enum.ts";
import { FLOAT } from "./kinds/float.ts";
import { FUNC } from "./kinds/func.ts";
import { FWD } from "./kinds/fwd.ts";
import { INT } from "./kinds/int.ts";
import { REFERENCE } from "./kinds/reference.ts";
import { STRUCT } from "./kinds/struct.ts";
import { VAR } from "./kinds/var.ts";
import { META } from "./meta.ts";
import { RESOLVE } from "./resolve_rules.ts";

export const BTF_RULES: readonly Readonly<Record<string, Rule>>[] = [
  HEADER,
  META,
  INT,
  REFERENCE,
  ARRAY,
  STRUCT,
  ENUM,
  FWD,
  FUNC,
  VAR,
  DATASEC,
  FLOAT,
  DECL_TAG,
  RESOLVE,
  END,
];
