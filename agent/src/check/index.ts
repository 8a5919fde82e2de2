// @policyledger/agent/check: what auditors need, in Node and in browsers: the format of exports.
export {
  ExportError,
  type ExportFaultCode,
  type ExportHeader,
  formatExportHeader,
  MAX_HEADER_BYTES,
  MAX_LINE_BYTES,
  PolicyOrder,
  parseExportHeader,
} from "./export-format.ts";
