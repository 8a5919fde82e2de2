export { PolicyLedgerError } from "./error.ts";
