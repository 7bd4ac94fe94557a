/** Descriptors on their way through a socket: the open files that a message holds. */
export interface Message {
  readonly files: readonly number[];
  /** Who sent it: what is in flight counts against the sender's user. */
  readonly uid: number;
}

/** One end of a Unix socket pair. */
export interface Socket {
  /** The other end; undefined once that is closed. */
  readonly peer: number | undefined;
  /** Messages that wait to be received here, the oldest first. */
  readonly queue: readonly Message[];
  /** The other end was closed with messages unread: the next receive says so, once. */
  readonly reset: boolean;
}
