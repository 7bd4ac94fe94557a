/** Structs of the kernel's that a module may implement: of those that struct_ops knows, one. */

/**
 * Groups of members of which at least one has to have a program, by struct. Source:
 * net/ipv4/tcp_cong.c, tcp_validate_congestion_control.
 */
export const MANDATORY: Readonly<Record<string, readonly (readonly string[])[]>> = {
  tcp_congestion_ops: [["ssthresh"], ["undo_cwnd"], ["cong_avoid", "cong_control"]],
};
