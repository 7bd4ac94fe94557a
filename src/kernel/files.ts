/** What a descriptor's read and write permissions allow (FMODE_CAN_READ, FMODE_CAN_WRITE). */
export interface Mode {
  readonly readable: boolean;
  readonly writable: boolean;
}

export const RDWR: Mode = { readable: true, writable: true };
export const RDONLY: Mode = { readable: true, writable: false };
export const WRONLY: Mode = { readable: false, writable: true };

/** Where a map's text is read from (`struct seq_file` and the map's own `struct map_iter`). */
export interface SeqFile {
  /** Bytes read so far. */
  readonly pos: number;
  /** The record to show next; 0 is the heading. */
  readonly index: number;
  /** The key that was come to last; undefined before the first. */
  readonly key: string | undefined;
  /** No key came after that one. */
  readonly done: boolean;
  /** What was shown and not read yet. */
  readonly rest: string;
  /** The size of the buffer; no more than that is shown in one go. */
  readonly size: number;
}

/** An open file of a path. */
export interface InodeFile {
  readonly of: "inode";
  readonly inode: number;
  /** For reading only, where it is absent. */
  readonly mode?: Mode;
  /** It was opened with O_PATH: a place, and nothing to read. */
  readonly path?: true;
  /** The text of a pinned map. */
  readonly seq?: SeqFile;
}

/** What an open file is of. */
export type FileObject =
  /** A map, by its id; the mode is what the descriptor may do. */
  | { readonly of: "map"; readonly id: number; readonly mode: Mode }
  | { readonly of: "prog"; readonly id: number }
  | { readonly of: "btf"; readonly id: number }
  | { readonly of: "link"; readonly id: number }
  /** One end of a Unix socket pair, by its number in `Kernel.sockets`. */
  | { readonly of: "socket"; readonly id: number }
  /** A file or directory, opened by path. */
  | InodeFile
  /** Anything that bpf(2) has nothing to do with: a terminal, a pipe. */
  | { readonly of: "other" };

/** An open file description: what descriptors, duplicates and messages in flight share. */
export interface OpenFile {
  readonly object: FileObject;
  /** Descriptors, messages in flight and mappings that hold it. */
  readonly refs: number;
}
