// Every bound on foreign input, by name, in one place.

/** An artifact's canonical JSON; the largest Q-table that we train (550 states) takes 30 KB. */
export const MAX_ARTIFACT_BYTES = 262_144;
/** A claim's canonical JSON without signature and artifact. */
export const MAX_CLAIM_BYTES = 8_192;
/** An environment's configuration inside a claim, as canonical JSON. */
export const MAX_CONFIG_BYTES = 2_048;
/** A whole submission: claim, signature and artifact, before parsing. */
export const MAX_SUBMISSION_BYTES = 524_288;
/** A ledger entry's canonical JSON: tlog-tiles stores an entry's length in 16 bits. */
export const MAX_ENTRY_BYTES = 65_535;
/** Nesting of any JSON that comes from outside. */
export const MAX_JSON_DEPTH = 32;
/** Steps of one replay; no environment offers a longer horizon. */
export const MAX_EPISODE_STEPS = 1_000;
/** Rules of a rule-based policy. */
export const MAX_RULES = 1_000;
/** Magnitude of a number in an artifact: sums of a few hundred stay finite, and integers exact. */
export const MAX_WEIGHT = 1e12;
/** Faults that one error lists; what is worse is wrong enough. */
export const MAX_FAULTS = 100;
/** A saved training state, as JSON: a full replay memory of 100,000 transitions takes 2 MB. */
export const MAX_TRAINING_STATE_BYTES = 4_194_304;
/** Lines of signatures that a note may have; c2sp.org/signed-note wants at least 16 to be accepted. */
export const MAX_NOTE_SIGNATURES = 64;
/** A signed note: 64 signatures of the largest kind that there is (ML-DSA-44, 3.3 KB of base64 each) and its text. */
export const MAX_NOTE_BYTES = 262_144;
/** Hashes of the proof in a request to a witness (c2sp.org/tlog-witness). */
export const MAX_CONSISTENCY_HASHES = 63;
/** Witness keys that a quorum may name. */
export const MAX_QUORUM_KEYS = 64;
/** A plan with all that it needs, before parsing: 100,000 ops take 50 MB. */
export const MAX_PLAN_BYTES = 67_108_864;
/** The document of a claimed plan, in its normal form: 4,000 ops take 2 MB. */
export const MAX_CLAIMED_PLAN_BYTES = 2_097_152;
/** A submission of a plan: its document, its claim and signature, before parsing. */
export const MAX_PLAN_SUBMISSION_BYTES = 2_113_536;
/** The receipts of a run, before parsing: one op's takes 700 bytes. */
export const MAX_RECEIPTS_BYTES = 134_217_728;
/** Identifiers of NK-2: ops, fields, plans, bundles, contracts, slots, params (nk2.md, values). */
export const MAX_IDENTIFIER_LENGTH = 128;
/** Digits of an integer in a plan; 2^1024 has 309. */
export const MAX_INTEGER_DIGITS = 309;
/** Digits of an integer in a receipt: an ε of numbers of 4,096 bits, squared, weighted and summed. */
export const MAX_COMPUTED_DIGITS = 10_000;
/** How deep a kernel's expressions nest (nk2.md, inputs). */
export const MAX_EXPRESSION_DEPTH = 64;
/** Nodes of all expressions of one kernel, or of one contract's residual (nk2.md, inputs). */
export const MAX_EXPRESSION_NODES = 1_000;
/** Nesting of a plan's JSON: an operator and its list for each level of an expression, and four around it. */
export const MAX_PLAN_JSON_DEPTH = 132;
