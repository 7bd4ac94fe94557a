import { BPF_MAP_TYPE_STRUCT_OPS } from "../abi/constants.ts";
import { bpfCapable } from "../kernel/capabilities.ts";
import { fileAt } from "../kernel/fds.ts";
import { done, refuse } from "../kernel/outcome.ts";
import { withMap } from "../kernel/refs.ts";
import { rules } from "../kernel/rule.ts";
import { DELTA, has } from "../versions/deltas.ts";
import type { Command } from "./args.ts";

/** Source: kernel/bpf/syscall.c, map_freeze. */
export const R = rules("MAP_FREEZE", {
  attr: ["EINVAL", "a byte after `map_fd` is not zero"],
  bad_fd: ["EBADF", "`map_fd` is not an open descriptor"],
  not_map: ["EINVAL", "`map_fd` is not a map"],
  struct_ops: ["ENOTSUPP", "the map is of type STRUCT_OPS"],
  unwritable: ["EPERM", "the descriptor is read-only (BPF_F_RDONLY)", { since: "6.12" }],
  frozen: ["EPERM", "the map is frozen already", { since: "6.12" }],
  writers: ["EBUSY", "somebody has the map mapped for writing"],
  frozen_busy: ["EBUSY", "the map is frozen already", { until: "6.1" }],
  capability: ["EPERM", "the caller has neither CAP_BPF nor CAP_SYS_ADMIN", { until: "6.1" }],
});

/** BPF_MAP_FREEZE: from now on no descriptor changes the map; programs still may. */
export const map_freeze: Command<"MAP_FREEZE"> = (k, task, args) => {
  const { attr } = args;
  if (args.tail) return refuse(k, R.attr);
  const file = fileAt(k, task, attr.map_fd);
  if (file === undefined) return refuse(k, R.bad_fd);
  if (file.object.of !== "map") return refuse(k, R.not_map);
  const map = k.maps.table.get(file.object.id)!;
  if (map.spec.map_type === BPF_MAP_TYPE_STRUCT_OPS) return refuse(k, R.struct_ops);
  const byDescriptor = has(k.version, DELTA.freeze_by_descriptor);
  if (byDescriptor && !file.object.mode.writable) return refuse(k, R.unwritable);
  if (byDescriptor && map.frozen) return refuse(k, R.frozen);
  if (map.writers > 0) return refuse(k, R.writers);
  if (map.frozen) return refuse(k, R.frozen_busy);
  if (!byDescriptor && !bpfCapable(task.cred)) return refuse(k, R.capability);
  return done(withMap(k, { ...map, frozen: true }));
};
