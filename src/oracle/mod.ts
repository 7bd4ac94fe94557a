/** Real kernels as the judge: scripts, replay, campaigns and recorded evidence. */
export { against, type Contrast } from "./campaign/against.ts";
export {
  campaign,
  type CampaignReport,
  type Found,
  type Judged,
  type Progress,
} from "./campaign/campaign.ts";
export type { Comparison, Difference } from "./compare.ts";
export {
  answerLines,
  Evidence,
  type EvidenceFile,
  evidenceFile,
  type EvidenceRecord,
  evidenceText,
  scriptLines,
} from "./evidence.ts";
export { Executor } from "./executor.ts";
export { explain, EXPLAINED } from "./explained.ts";
export { GuestError } from "./guest.ts";
export {
  judge,
  needsGuest,
  onVersion,
  type Path,
  replay,
  type Replayed,
  scriptOf,
} from "./replay.ts";
export { encodeScript, type KernelRunner, type Script } from "./script.ts";
export { exampleOf, showCall } from "./show.ts";
export { versionOfRelease } from "./releases.ts";
export { openRunner } from "./runners.ts";
export { Survivor } from "./survivor.ts";
export { readVmlinux } from "./vmlinux.ts";
export { type TypeIds, typeIdsOf } from "./type_ids.ts";
