import { boot } from "../../machine/machine.ts";
import { type Design, foundBy, MAP, namesOn } from "./design.ts";

const at = (name: string) => `/sys/fs/bpf/${name}`;

/** Pins, as Linux has them. */
export const BPFFS: Design<never> = {
  id: "pins",
  title: "pins in a bpffs, as Linux has them",
  added: ["BPF_OBJ_PIN", "BPF_OBJ_GET"],
  boot: (options) => boot("6.18", options).fork(),
  create: (m) => m.bpf("MAP_CREATE", MAP),
  naming: [(m, bpf_fd, name) => m.bpf("OBJ_PIN", { pathname: at(name), bpf_fd })],
  share: (m, name) => m.chmod(at(name), 0o666),
  find: (m, name) => foundBy(m.bpf("OBJ_GET", { pathname: at(name) })),
  unname: (m, name) => m.unlink(at(name)),
  names: (m) => namesOn(m, "bpf"),
  alive: (m) => m.mapIds.length > 0,
};
