/** The double: `Bpf` on the model, with the state in view and the other processes in hand. */
import {
  type AttrOf,
  type CommandName,
  decodeInfo,
  latin1,
  type Machine,
  type Refusal,
  room,
  type Verdict,
} from "bpfspec";
import { type Bpf, BpfError, type MapSpec } from "./bpf.ts";

const BPF_PROG_TYPE_SOCKET_FILTER = 1;
const INFO_SIZE = 80;

export class ModelBpf implements Bpf {
  /** Runs before a call of a command: what another process does meanwhile. */
  meanwhile: (machine: Machine, cmd: CommandName) => Machine = (machine) => machine;
  /** What the verifier says: an input, since the model does not verify real programs. */
  verdict: Verdict = "accept";

  /** The id of the rule that refused last. */
  rule: string | undefined;

  constructor(public machine: Machine) {}

  #call<N extends CommandName>(cmd: N, attr: AttrOf<N>): number {
    const me = this.machine.task;
    const ready = this.meanwhile(this.machine, cmd).as(me);
    this.machine = ready.bpf(cmd, attr, cmd === "PROG_LOAD" ? { verdict: this.verdict } : {});
    const { result } = this.machine;
    if (typeof result === "number") return result;
    this.rule = this.machine.rule?.id;
    if (result?.kind === "refusal") throw refused(cmd, result);
    throw new Error(`${cmd}: not modelled: ${result?.what}`);
  }

  mapCreate(map_name: string, spec: MapSpec): number {
    return this.#call("MAP_CREATE", { ...spec, map_name });
  }

  mapLookup(map_fd: number, key: Uint8Array, valueSize: number): Uint8Array {
    this.#call("MAP_LOOKUP_ELEM", { map_fd, key, value: room(valueSize) });
    return this.machine.out.value as Uint8Array;
  }

  mapUpdate(map_fd: number, key: Uint8Array, value: Uint8Array): void {
    this.#call("MAP_UPDATE_ELEM", { map_fd, key, value });
  }

  mapFreeze(map_fd: number): void {
    this.#call("MAP_FREEZE", { map_fd });
  }

  mapInfo(bpf_fd: number): MapSpec {
    this.#call("OBJ_GET_INFO_BY_FD", { bpf_fd, info_len: INFO_SIZE, info: room(INFO_SIZE) });
    const info = decodeInfo("bpf_map_info", latin1(this.machine.out.info as Uint8Array));
    return {
      map_type: Number(info.type),
      key_size: Number(info.key_size),
      value_size: Number(info.value_size),
      max_entries: Number(info.max_entries),
    };
  }

  progLoad(insns: Uint8Array, license: string): number {
    const prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
    return this.#call("PROG_LOAD", { prog_type, insns, insn_cnt: insns.length / 8, license });
  }

  objPin(bpf_fd: number, pathname: string): void {
    this.#call("OBJ_PIN", { bpf_fd, pathname });
  }

  objGet(pathname: string): number {
    return this.#call("OBJ_GET", { pathname });
  }

  close(fd: number): void {
    this.machine = this.machine.close(fd);
  }
}

function refused(cmd: CommandName, { errno, rule }: Refusal): BpfError {
  return new BpfError(cmd, errno, ` (${rule.id}: ${rule.when})`);
}
