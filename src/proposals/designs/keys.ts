import type { KeysCall } from "../keys_as_files/calls.ts";
import { KEYS_AS_FILES } from "../keys_as_files/proposal.ts";

import { propose } from "../proposal.ts";
import { type Design, foundBy, MAP, namesOn } from "./design.ts";

const at = (name: string) => `/sys/fs/bpf/${name}`;

/** A map as a directory of its keys: what is fetched is a descriptor of the directory. */
export const DIRECTORIES_OF_KEYS: Design<KeysCall> = {
  id: "keys as files",
  title: "a map as a directory of its keys, inside the one bpffs",
  added: KEYS_AS_FILES.added,
  boot: (options) => propose(KEYS_AS_FILES, "6.18", options).fork(),
  create: (m) => m.bpf("MAP_CREATE", MAP),
  naming: [
    (m, map_fd, name) =>
      m.call({ op: "MAP_EXPAND", map_fd, pathname: at(name), format: { kind: "hex" } }),
  ],
  share: (m, name) => m.chmod(at(name), 0o777),
  find: (m, name) => foundBy(m.open(at(name))),
  unname: (m, name) => m.rmdir(at(name)),
  names: (m) => namesOn(m, "bpf"),
  alive: (m) => m.mapIds.length > 0,
};
