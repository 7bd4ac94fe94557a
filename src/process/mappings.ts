import { BPF_F_MMAPABLE, BPF_F_RDONLY_PROG, BPF_MAP_TYPE_ARRAY } from "../abi/constants.ts";
import { PAGE_SIZE } from "../abi/limits.ts";
import { withTask } from "../kernel/fds.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { done, type Outcome, refuse, unmodelled } from "../kernel/outcome.ts";
import { holdFile, putFile, withMap } from "../kernel/refs.ts";
import { rules } from "../kernel/rule.ts";
import type { Mapping, Task } from "../kernel/task.ts";
import { round8 } from "../maps/kind.ts";

/** mmap(2) of a map, MAP_SHARED from offset 0. Source: mm/mmap.c and kernel/bpf/syscall.c, bpf_map_mmap. */
export const MMAP = rules("mmap", {
  bad_fd: ["EBADF", "the descriptor is not open"],
  no_length: ["EINVAL", "the length is 0"],
  no_space: ["ENOMEM", "the length is above the address space (2^47 bytes less a page)"],
  write_access: ["EACCES", "the mapping is to be written and the descriptor is read-only"],
  read_access: ["EACCES", "the descriptor is write-only"],
  not_mappable: ["ENOTSUPP", "maps of the type cannot be mapped"],
  read_only: [
    "EINVAL",
    "the descriptor is read-only: what is mapped by it does not count as shared",
  ],
  frozen: ["EPERM", "the mapping is to be written and the map is frozen"],
  rdonly_prog: ["EACCES", "the mapping is to be written and the map has BPF_F_RDONLY_PROG"],
  not_mmapable: ["EINVAL", "the array was created without BPF_F_MMAPABLE"],
  too_long: ["EINVAL", "the mapping is longer than the elements, in pages"],
});

/** TASK_SIZE of x86-64. */
const ADDRESS_SPACE = 2 ** 47 - PAGE_SIZE;
/** What is certain to fit beside the task's other mappings. */
const ROOMY = 2 ** 46;

function pagesOf(bytes: number): number {
  return Math.ceil(bytes / PAGE_SIZE);
}

/**
 * mmap(2); `ret` is the number of the mapping among the task's mappings, which stands for its
 * address.
 */
export function mmap(
  k: Kernel,
  task: Task,
  fd: number,
  length: number,
  writable: boolean,
): Outcome {
  const slot = task.fds.get(fd >>> 0);
  if (slot === undefined) return refuse(k, MMAP.bad_fd);
  const { object } = k.files.get(slot.file)!;
  if (object.of !== "map") return unmodelled(k, "mappings of anything but maps");
  if (length === 0) return refuse(k, MMAP.no_length);
  if (length > ADDRESS_SPACE) return refuse(k, MMAP.no_space);
  if (!(length > 0 && length <= ROOMY)) return unmodelled(k, "mappings that may not fit");
  if (writable && !object.mode.writable) return refuse(k, MMAP.write_access);
  if (!object.mode.readable) return refuse(k, MMAP.read_access);
  const map = k.maps.table.get(object.id)!;
  const { spec } = map;
  if (spec.map_type !== BPF_MAP_TYPE_ARRAY) return refuse(k, MMAP.not_mappable);
  if (!object.mode.writable) return refuse(k, MMAP.read_only);
  if (writable && map.frozen) return refuse(k, MMAP.frozen);
  if (writable && (spec.map_flags & BPF_F_RDONLY_PROG) !== 0) return refuse(k, MMAP.rdonly_prog);
  if ((spec.map_flags & BPF_F_MMAPABLE) === 0) return refuse(k, MMAP.not_mmapable);
  const elements = spec.max_entries * round8(spec.value_size);
  if (pagesOf(length) > pagesOf(elements)) return refuse(k, MMAP.too_long);
  const mapping: Mapping = { file: slot.file, map: object.id, writable };
  const held = holdMapping(k, mapping);
  const mappings = [...task.mappings, mapping];
  return done(withTask(held, { ...task, mappings }), mappings.length - 1);
}

/** A mapping holds the file, and a writable one counts as a writer of the map. */
export function holdMapping(k: Kernel, mapping: Mapping): Kernel {
  const held = holdFile(k, mapping.file);
  return mapping.writable ? countWriter(held, mapping.map, 1) : held;
}

function countWriter(k: Kernel, id: number, by: number): Kernel {
  const map = k.maps.table.get(id)!;
  return withMap(k, { ...map, writers: map.writers + by });
}

export function unmapAll(k: Kernel, taskNumber: number): Kernel {
  const task = k.tasks.get(taskNumber)!;
  const cleared = withTask(k, { ...task, mappings: [] });
  return task.mappings.reduce(unmap, cleared);
}

function unmap(k: Kernel, mapping: Mapping): Kernel {
  const left = mapping.writable ? countWriter(k, mapping.map, -1) : k;
  return putFile(left, mapping.file);
}

/** munmap(2) of the newest mapping. */
export function munmap(k: Kernel, task: Task): Outcome {
  const last = task.mappings.at(-1);
  if (last === undefined) return unmodelled(k, "munmap of what is not mapped");
  const mappings = task.mappings.slice(0, -1);
  return done(unmap(withTask(k, { ...task, mappings }), last));
}
