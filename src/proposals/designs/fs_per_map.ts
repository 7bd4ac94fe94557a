import type { MapMountCall } from "../fs_per_map/call.ts";
import { FS_PER_MAP } from "../fs_per_map/fs_per_map.ts";
import { propose } from "../proposal.ts";
import { type Design, foundBy, MAP, namesOn } from "./design.ts";

const at = (name: string) => `/tmp/${name}`;

/** A mount for each map: what is found is the root of the mount, or by OBJ_GET the map itself. */
export function mounts(descriptors: boolean): Design<MapMountCall> {
  const proposal = FS_PER_MAP({ descriptors });
  return {
    id: descriptors ? "mounts, obj_get" : "mounts",
    title: "a file system for each map",
    added: descriptors ? [...proposal.added, "BPF_OBJ_GET"] : proposal.added,
    boot: (options) => propose(proposal, "6.18", options).fork(),
    create: (m) => m.bpf("MAP_CREATE", MAP),
    naming: [
      (m, _, name) => m.mkdir(at(name)),
      (m, fd, name) => m.call({ op: "mount_map", path: at(name), data: `fd=${fd},mode=0755` }),
    ],
    // A read-only file system has no chmod: the mode is an option of the mount.
    share: (m) => m,
    find: (m, name) => {
      if (descriptors) return foundBy(m.bpf("OBJ_GET", { pathname: at(name) }));
      const opened = m.open(at(name));
      const { fd } = foundBy(opened);
      if (fd === undefined) return { m: opened, fd };
      // Where nothing is mounted there is a directory all the same: has it keys?
      const listed = opened.call({ op: "getdents_keys", fd, count: 1 });
      return { m: listed, fd: foundBy(listed).fd === undefined ? undefined : fd };
    },
    unname: (m, name) => m.umount(at(name)),
    names: (m) => namesOn(m, "tmpfs"),
    alive: (m) => m.mapIds.length > 0,
    own: (m) => ({ mount: m.kernel.fs.mounts.size }),
  };
}
