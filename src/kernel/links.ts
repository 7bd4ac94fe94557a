/** A link: an attachment that user space holds by descriptors and pins. */
export interface BpfLink {
  readonly id: number;
  /** BPF_LINK_TYPE_* */
  readonly type: number;
  readonly attach_type: number;
  /** What is attached: a program, or the map of a struct_ops link. It is held. */
  readonly of: "prog" | "map";
  /** The id of that; undefined once a struct_ops link is detached. */
  readonly object: number | undefined;
  readonly refs: number;
}
