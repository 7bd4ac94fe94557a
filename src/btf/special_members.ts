/** Structs that a program may allocate, with more in them than bytes. */
import { KIND, type Reader } from "./reader.ts";
import { isModifier } from "./resolver.ts";

const SPECIAL: readonly string[] = [
  "bpf_spin_lock",
  "bpf_list_head",
  "bpf_list_node",
  "bpf_rb_root",
  "bpf_rb_node",
  "bpf_refcount",
];
const POINTER_TAGS: ReadonlySet<string> = new Set(["kptr", "kptr_untrusted", "percpu_kptr"]);

/** Whether a struct has a member that the kernel knows by its name, or a tagged pointer. */
export function hasSpecialMembers(btf: Reader): boolean {
  const special = specialTypes(btf);
  if (special.size === 0) return false;
  return btf.types.some((at) => {
    if (btf.kind(at) !== KIND.STRUCT) return false;
    for (let i = 0; i < btf.vlen(at); i++) if (special.has(btf.extra(at, 3 * i + 1))) return true;
    return false;
  });
}

/** The first struct of each known name, and every pointer that is tagged. */
function specialTypes(btf: Reader): ReadonlySet<number> {
  const found = new Set<number>();
  const names = new Set(SPECIAL);
  for (let id = 1; id < btf.types.length; id++) {
    const at = btf.types[id];
    const kind = btf.kind(at);
    if (kind === KIND.STRUCT && names.delete(btf.name(btf.nameOff(at)))) found.add(id);
    if ((kind === KIND.PTR || kind === KIND.VOLATILE) && isTaggedPointer(btf, id)) found.add(id);
  }
  return found;
}

/** A pointer (that may be volatile) to something with one of the tags. */
function isTaggedPointer(btf: Reader, id: number): boolean {
  let at = btf.types[id];
  if (btf.kind(at) === KIND.VOLATILE) at = btf.byId(btf.third(at))!;
  if (btf.kind(at) !== KIND.PTR) return false;
  at = btf.byId(btf.third(at))!;
  for (; isModifier(btf.kind(at)); at = btf.byId(btf.third(at))!) {
    if (btf.kind(at) === KIND.TYPE_TAG && POINTER_TAGS.has(btf.name(btf.nameOff(at)))) return true;
  }
  return false;
}
