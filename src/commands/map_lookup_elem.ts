import { BPF_F_CPU, BPF_F_LOCK } from "../abi/constants.ts";
import { hi32, lo32, read, writable } from "../abi/memory.ts";
import { fileAt } from "../kernel/fds.ts";
import { done, refuse, unmodelled } from "../kernel/outcome.ts";
import { rules } from "../kernel/rule.ts";
import { isRule } from "../maps/kind.ts";
import { kindOf } from "../maps/kinds.ts";
import { DELTA, has } from "../versions/deltas.ts";
import type { Command } from "./args.ts";
import { LARGEST_VALUE } from "./limits.ts";
import { opFlags } from "./op_flags.ts";

/** Source: kernel/bpf/syscall.c, map_lookup_elem. */
export const R = rules("MAP_LOOKUP_ELEM", {
  attr: ["EINVAL", "a byte after `flags` is not zero"],
  flags: ["EINVAL", "`flags` has a bit other than BPF_F_LOCK", { until: "6.18" }],
  bad_fd: ["EBADF", "`map_fd` is not an open descriptor"],
  not_map: ["EINVAL", "`map_fd` is not a map"],
  unreadable: ["EPERM", "the descriptor is write-only (BPF_F_WRONLY)"],
  flags_late: ["EINVAL", "`flags` has a bit other than BPF_F_LOCK and BPF_F_CPU", { since: "7.2" }],
  lock: ["EINVAL", "`flags` has BPF_F_LOCK and the map's value has no `struct bpf_spin_lock`"],
  flags_high: ["EINVAL", "the upper half of `flags` is not zero without BPF_F_CPU", {
    since: "7.2",
  }],
  flags_cpu: ["EINVAL", "`flags` has BPF_F_CPU and the map is not per CPU", { since: "7.2" }],
  key_fault: ["EFAULT", "the key cannot be read"],
  value_fault: ["EFAULT", "the value cannot be written"],
});

/** BPF_MAP_LOOKUP_ELEM: copies the value of a key out. */
export const map_lookup_elem: Command<"MAP_LOOKUP_ELEM"> = (k, task, args) => {
  const { attr, memory } = args;
  if (args.tail) return refuse(k, R.attr);
  const early = !has(k.version, DELTA.op_flags);
  const flags = lo32(attr.flags);
  if (early && ((flags & ~BPF_F_LOCK) !== 0 || hi32(attr.flags) !== 0)) return refuse(k, R.flags);
  const file = fileAt(k, task, attr.map_fd);
  if (file === undefined) return refuse(k, R.bad_fd);
  if (file.object.of !== "map") return refuse(k, R.not_map);
  if (!file.object.mode.readable) return refuse(k, R.unreadable);
  if (!early && (flags & ~(BPF_F_LOCK | BPF_F_CPU)) !== 0) return refuse(k, R.flags_late);
  const flagRule = opFlags(k, attr.flags, R);
  if (flagRule !== undefined) return refuse(k, flagRule);
  const map = k.maps.table.get(file.object.id)!;
  const key = read(memory, attr.key, map.spec.key_size);
  if (key === undefined) return refuse(k, R.key_fault);
  const kind = kindOf(map.spec.map_type);
  if (kind === undefined) return unmodelled(k, "maps of this type");
  // What cannot be written is not made: a value may be as long as a caller claimed.
  const fits = writable(memory, attr.value, map.spec.value_size);
  if (fits > LARGEST_VALUE) return unmodelled(k, "values above 256 MiB");
  const value = kind.lookup(map, key, fits);
  if (isRule(value)) return refuse(k, value);
  const ids = kind.idsIn?.(k, map);
  const write = { field: "value", offset: 0, bytes: value, ...(ids && { ids }) };
  const writes = fits === 0 ? [] : [write];
  return fits < map.spec.value_size ? refuse(k, R.value_fault, writes) : done(k, 0, writes);
};
