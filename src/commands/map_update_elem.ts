import { hi32, lo32, mapped, read } from "../abi/memory.ts";
import { fileAt } from "../kernel/fds.ts";
import { refuse, unmodelled } from "../kernel/outcome.ts";
import { rules } from "../kernel/rule.ts";
import { outcomeOf } from "../maps/kind.ts";
import { kindOf } from "../maps/kinds.ts";
import type { Command } from "./args.ts";
import { LARGEST_VALUE } from "./limits.ts";
import { opFlags } from "./op_flags.ts";

/** Source: kernel/bpf/syscall.c, map_update_elem. */
export const R = rules("MAP_UPDATE_ELEM", {
  attr: ["EINVAL", "a byte after `flags` is not zero"],
  bad_fd: ["EBADF", "`map_fd` is not an open descriptor"],
  not_map: ["EINVAL", "`map_fd` is not a map"],
  unwritable: ["EPERM", "the descriptor is read-only (BPF_F_RDONLY)"],
  frozen: ["EPERM", "the map is frozen (MAP_FREEZE)"],
  lock: ["EINVAL", "`flags` has BPF_F_LOCK and the map's value has no `struct bpf_spin_lock`"],
  flags_high: ["EINVAL", "the upper half of `flags` is not zero without BPF_F_CPU", {
    since: "7.2",
  }],
  flags_cpu: ["EINVAL", "`flags` has BPF_F_CPU or BPF_F_ALL_CPUS and the map is not per CPU", {
    since: "7.2",
  }],
  key_fault: ["EFAULT", "the key cannot be read"],
  value_fault: ["EFAULT", "the value cannot be read"],
});

/** BPF_MAP_UPDATE_ELEM: creates an element or changes its value. */
export const map_update_elem: Command<"MAP_UPDATE_ELEM"> = (k, task, args) => {
  const { attr, memory } = args;
  if (args.tail) return refuse(k, R.attr);
  const file = fileAt(k, task, attr.map_fd);
  if (file === undefined) return refuse(k, R.bad_fd);
  if (file.object.of !== "map") return refuse(k, R.not_map);
  if (!file.object.mode.writable) return refuse(k, R.unwritable);
  const map = k.maps.table.get(file.object.id)!;
  if (map.frozen) return refuse(k, R.frozen);
  const flagRule = opFlags(k, attr.flags, R);
  if (flagRule !== undefined) return refuse(k, flagRule);
  const key = read(memory, attr.key, map.spec.key_size);
  if (key === undefined) return refuse(k, R.key_fault);
  const { value_size } = map.spec;
  if (value_size > LARGEST_VALUE && mapped(memory, attr.value, value_size) === value_size) {
    return unmodelled(k, "values above 256 MiB");
  }
  const value = read(memory, attr.value, value_size);
  if (value === undefined) return refuse(k, R.value_fault);
  const kind = kindOf(map.spec.map_type);
  if (kind === undefined) return unmodelled(k, "maps of this type");
  const high = hi32(attr.flags) !== 0;
  return outcomeOf(k, kind.update(map, key, value, lo32(attr.flags), high, { k, task }));
};
