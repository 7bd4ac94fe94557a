import { isNull, read } from "../abi/memory.ts";
import { fileAt } from "../kernel/fds.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { done, type Outcome, refuse, unmodelled } from "../kernel/outcome.ts";
import { rules } from "../kernel/rule.ts";
import { isRule } from "../maps/kind.ts";
import { kindOf } from "../maps/kinds.ts";
import { inRandomOrder } from "../maps/order.ts";
import { type Args, type Command, copyOut } from "./args.ts";

/** Source: kernel/bpf/syscall.c, map_get_next_key. */
export const R = rules("MAP_GET_NEXT_KEY", {
  attr: ["EINVAL", "a byte after `next_key` is not zero"],
  bad_fd: ["EBADF", "`map_fd` is not an open descriptor"],
  not_map: ["EINVAL", "`map_fd` is not a map"],
  unreadable: ["EPERM", "the descriptor is write-only (BPF_F_WRONLY)"],
  key_fault: ["EFAULT", "`key` is not NULL and cannot be read"],
  next_key_fault: ["EFAULT", "the next key cannot be written"],
});

/** BPF_MAP_GET_NEXT_KEY: the key after a key; the first one where `key` is NULL or not there. */
export const map_get_next_key: Command<"MAP_GET_NEXT_KEY"> = (k, task, args) => {
  const { attr, memory } = args;
  if (args.tail) return refuse(k, R.attr);
  const file = fileAt(k, task, attr.map_fd);
  if (file === undefined) return refuse(k, R.bad_fd);
  if (file.object.of !== "map") return refuse(k, R.not_map);
  if (!file.object.mode.readable) return refuse(k, R.unreadable);
  const map = k.maps.table.get(file.object.id)!;
  const from = isNull(attr.key) ? undefined : read(memory, attr.key, map.spec.key_size);
  if (from === undefined && !isNull(attr.key)) return refuse(k, R.key_fault);
  const kind = kindOf(map.spec.map_type);
  if (kind === undefined) return unmodelled(k, "maps of this type");
  const next = kind.nextKey(map, from);
  const outcome = isRule(next) ? refuse(k, next) : told(k, args, next);
  return inRandomOrder(map) ? { ...outcome, undetermined: "the seed of the hash" } : outcome;
};

function told(k: Kernel, { attr, memory }: Args<"MAP_GET_NEXT_KEY">, next: string): Outcome {
  const { writes, faulted } = copyOut(memory, "next_key", attr.next_key, next);
  return faulted ? refuse(k, R.next_key_fault, writes) : done(k, 0, writes);
}
