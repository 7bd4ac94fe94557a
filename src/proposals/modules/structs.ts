/** Structs of the kernel's that a module may implement; here there is one, in small. */
export interface OpsStruct {
  readonly members: readonly string[];
  /** Groups of members of which at least one has to have a program. */
  readonly mandatory: readonly (readonly string[])[];
}

/** Sources: include/net/tcp.h, tcp_congestion_ops; net/ipv4/tcp_cong.c, tcp_validate_congestion_control. */
export const OPS: Readonly<Record<string, OpsStruct>> = {
  tcp_congestion_ops: {
    members: [
      "ssthresh",
      "cong_avoid",
      "set_state",
      "cwnd_event",
      "undo_cwnd",
      "cong_control",
      "init",
      "release",
    ],
    mandatory: [["ssthresh"], ["undo_cwnd"], ["cong_avoid", "cong_control"]],
  },
};

/** What the kernel has built in; the first is what a socket begins with. */
export const BUILTIN: readonly string[] = ["cubic", "reno"];
