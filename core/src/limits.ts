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
