import { read } from "../abi/memory.ts";
import { fileAt } from "../kernel/fds.ts";
import { refuse, unmodelled } from "../kernel/outcome.ts";
import { rules } from "../kernel/rule.ts";
import { outcomeOf } from "../maps/kind.ts";
import { kindOf } from "../maps/kinds.ts";
import type { Command } from "./args.ts";

/** Source: kernel/bpf/syscall.c, map_delete_elem. */
export const R = rules("MAP_DELETE_ELEM", {
  attr: ["EINVAL", "a byte after `key` is not zero: `value` and `flags` are not this command's"],
  bad_fd: ["EBADF", "`map_fd` is not an open descriptor"],
  not_map: ["EINVAL", "`map_fd` is not a map"],
  unwritable: ["EPERM", "the descriptor is read-only (BPF_F_RDONLY)"],
  frozen: ["EPERM", "the map is frozen (MAP_FREEZE)"],
  key_fault: ["EFAULT", "the key cannot be read"],
});

/** BPF_MAP_DELETE_ELEM: removes an element. */
export const map_delete_elem: Command<"MAP_DELETE_ELEM"> = (k, task, args) => {
  const { attr, memory } = args;
  if (args.tail) return refuse(k, R.attr);
  const file = fileAt(k, task, attr.map_fd);
  if (file === undefined) return refuse(k, R.bad_fd);
  if (file.object.of !== "map") return refuse(k, R.not_map);
  if (!file.object.mode.writable) return refuse(k, R.unwritable);
  const map = k.maps.table.get(file.object.id)!;
  if (map.frozen) return refuse(k, R.frozen);
  const key = read(memory, attr.key, map.spec.key_size);
  if (key === undefined) return refuse(k, R.key_fault);
  const kind = kindOf(map.spec.map_type);
  if (kind === undefined) return unmodelled(k, "maps of this type");
  return outcomeOf(k, kind.remove(map, key, { k, task }));
};
