// The bounds of spaces, by name: no description, member or flat vector can take long or much memory.

/** Values that a member is made of, and numbers of a flat vector: ten Atari frames (210 × 160 × 3) fit. */
export const MAX_SPACE_SIZE = 1_048_576;
/** Tuples and Dicts within each other; their JSON stays well within MAX_JSON_DEPTH. */
export const MAX_SPACE_DEPTH = 8;
/** Axes of an n-d array. */
export const MAX_DIMENSIONS = 8;
/** Spaces that one description may name. */
export const MAX_SPACE_PARTS = 10_000;
