/**
 * A program of someone who installed the package: type-checked against its declarations, and run
 * under Node on its bundle and in a bare context on its browser bundle.
 */
import {
  type Answer,
  boot,
  bpf,
  type Machine,
  readU64,
  type Refusal,
  room,
  RULES,
  u32,
  u64,
  type Version,
  VERSIONS,
} from "bpfspec";

function pinned(version: Version): Machine {
  return boot(version)
    .bpf("MAP_CREATE", { map_type: 1, key_size: 4, value_size: 8, max_entries: 16 })
    .bpf("MAP_UPDATE_ELEM", { map_fd: 3, key: u32(7), value: u64(42) })
    .bpf("OBJ_PIN", { pathname: "/sys/fs/bpf/m", bpf_fd: 3 })
    .bpf("OBJ_GET", { pathname: "/sys/fs/bpf/m" })
    .bpf("MAP_LOOKUP_ELEM", { map_fd: 4, key: u32(7), value: room(8) });
}

function told(version: Version): string {
  const m = pinned(version);
  const { value } = m.out;
  const found = value instanceof Uint8Array ? readU64(value) : "nothing";
  const again = m.bpf("MAP_CREATE", { map_type: 1, key_size: 4, value_size: 8 });
  const refusal = again.result as Refusal;
  const answer: Answer = bpf(m.kernel, m.kernel.tasks.get(0)!, "MAP_FREEZE", { map_fd: 3 }).answer;
  return `${version}: ${found}, then ${refusal.errno} by ${again.rule?.id}, then ${answer.kind}`;
}

/** What the state shows of the file system, whose directories are Immutable's maps. */
function namesOfBpffs(m: Machine): readonly string[] {
  const { node } = m.kernel.fs.inodes.get(7)!;
  return node.kind === "dir" ? [...node.entries.keys()] : [];
}

export const lines: readonly string[] = [
  ...VERSIONS.map(told),
  `names: ${namesOfBpffs(pinned("6.18")).join(" ")}`,
  `rules: ${RULES.length > 100 ? "many" : "few"}`,
];

// The command's own fields are known, and no others.
// @ts-expect-error MAP_FREEZE takes no program
boot("6.18").bpf("MAP_FREEZE", { prog_fd: 3 });
// @ts-expect-error There is no such version
export const unknown = () => boot("2.6");
