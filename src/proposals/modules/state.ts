/** What the proposal adds to a kernel: modules, and the sockets that use what they register. */
import type { IdTable } from "../../kernel/ids.ts";
import type { OwnFiles } from "../own_files.ts";
import { type Proposed, withProposed } from "../proposal.ts";

/** `live` can be found by name; `going` waits for its last user; `gone` is only held open. */
export type ModuleState = "live" | "going" | "gone";

/** A BPF module: programs that implement one struct of the kernel's, registered under a name. */
export interface BpfModule {
  readonly id: number;
  readonly name: string;
  /** The struct that its programs implement. */
  readonly ops: string;
  /** Its programs by the member that they implement; each is held. */
  readonly progs: readonly (readonly [member: string, prog: number])[];
  readonly state: ModuleState;
  /** Sockets that use it. */
  readonly users: number;
  /** Open files of it. */
  readonly opens: number;
}

/** What a socket's congestion control is: the kernel's own, a struct_ops map's, or a module's. */
export type Used =
  | { readonly builtin: string }
  | { readonly map: number; readonly name: string }
  | { readonly module: number };

export type ModuleFile =
  | { readonly of: "module"; readonly id: number }
  | { readonly of: "tcp"; readonly socket: number };

export interface Modules {
  readonly modules: IdTable<BpfModule>;
  readonly files: OwnFiles<ModuleFile>;
  /** TCP sockets by number, with what each uses. */
  readonly sockets: ReadonlyMap<number, Used>;
  readonly nextSocket: number;
}

export type K = Proposed<Modules>;

export const withModules = withProposed<Modules>;
