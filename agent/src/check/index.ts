// @policyledger/agent/check: what auditors need, in Node and in browsers: the format of exports, and how they are read.
export {
  ExportError,
  type ExportFaultCode,
  type ExportHeader,
  formatExportHeader,
  MAX_LINE_BYTES,
  PolicyOrder,
} from "./export-format.ts";
export { type ExportPart, ExportReading } from "./export-reading.ts";
export { keyOf, MAX_SUBJECT_BYTES, planIn, subjectFault, subjectOf } from "./subjects.ts";
