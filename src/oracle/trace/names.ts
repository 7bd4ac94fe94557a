/** The names of a trace's bpffs: which of them the model can speak for. */

/** Where the model has its bpffs. */
const MODEL_MOUNT = "/sys/fs/bpf";

export class Names {
  /** Entries of the root whose fate since is known. */
  readonly #known = new Set<string>();
  /** Entries of the root that the model does not have. */
  readonly #foreign = new Set<string>();
  /** Why no path means what the model thinks any more. */
  lost: string | undefined;

  constructor(private readonly mount: string, private readonly fresh: boolean) {}

  /** The path as the model has it; undefined for one outside the bpffs. */
  inside(path: string): string | undefined {
    const { mount } = this;
    if (path !== mount && !path.startsWith(mount + "/")) return undefined;
    const rest = path.slice(mount.length);
    return rest.split("/").includes("..") ? undefined : MODEL_MOUNT + rest;
  }

  /** The entry of the bpffs's root that a path (as the model has it) goes through. */
  entry(path: string): string | undefined {
    return path.slice(MODEL_MOUNT.length).split("/").find((name) => name !== "" && name !== ".");
  }

  /** Whether a path is such an entry itself. */
  isEntry(path: string): boolean {
    const rest = path.slice(MODEL_MOUNT.length).split("/");
    return rest.filter((name) => name !== "" && name !== ".").length === 1;
  }

  isForeign(path: string): boolean {
    return this.#foreign.has(this.entry(path) ?? "");
  }

  /** Whether something may stand there that was there before the trace. */
  isOpen(path: string, inModel: (entry: string) => boolean): boolean {
    const entry = this.entry(path);
    if (this.fresh || entry === undefined || this.#known.has(entry)) return false;
    return !inModel(entry);
  }

  know(path: string): void {
    const entry = this.entry(path);
    if (entry === undefined) return;
    this.#known.add(entry);
    this.#foreign.delete(entry);
  }

  disown(path: string): void {
    const entry = this.entry(path);
    if (entry !== undefined) this.#foreign.add(entry);
  }
}
