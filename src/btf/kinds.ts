/** What is checked of a type by its kind. */
import { checkArray } from "./kinds/array.ts";
import type { KindCheck } from "./kinds/check.ts";
import { checkDatasec } from "./kinds/datasec.ts";
import { checkDeclTag } from "./kinds/decl_tag.ts";
import { checkEnum } from "./kinds/enum.ts";
import { checkFloat } from "./kinds/float.ts";
import { checkFunc, checkFuncProto } from "./kinds/func.ts";
import { checkFwd } from "./kinds/fwd.ts";
import { checkInt } from "./kinds/int.ts";
import { checkReference } from "./kinds/reference.ts";
import { checkStruct } from "./kinds/struct.ts";
import { checkVar } from "./kinds/var.ts";
import { KIND } from "./reader.ts";

export const CHECKS: ReadonlyMap<number, KindCheck> = new Map([
  [KIND.INT, checkInt],
  [KIND.PTR, checkReference],
  [KIND.ARRAY, checkArray],
  [KIND.STRUCT, checkStruct],
  [KIND.UNION, checkStruct],
  [KIND.ENUM, checkEnum],
  [KIND.FWD, checkFwd],
  [KIND.TYPEDEF, checkReference],
  [KIND.VOLATILE, checkReference],
  [KIND.CONST, checkReference],
  [KIND.RESTRICT, checkReference],
  [KIND.FUNC, checkFunc],
  [KIND.FUNC_PROTO, checkFuncProto],
  [KIND.VAR, checkVar],
  [KIND.DATASEC, checkDatasec],
  [KIND.FLOAT, checkFloat],
  [KIND.DECL_TAG, checkDeclTag],
  [KIND.TYPE_TAG, checkReference],
  [KIND.ENUM64, checkEnum],
]);
