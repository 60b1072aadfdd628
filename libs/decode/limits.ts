/** Bytes of one line or record; what is longer is cut there and counted as `line_too_long`. */
export const LINE_BYTES_MAX = 1_048_576;

/** Bytes that one body may inflate to, whatever its ratio. */
export const INFLATED_BYTES_MAX = 256 * 1_048_576;

/** A body may inflate to this many times its size … */
export const INFLATE_RATIO_MAX = 200;

/** … or to this many bytes, when it is small; real logs compress 5 to 60 times. */
export const INFLATED_BYTES_FLOOR = 4 * 1_048_576;

/** Records of one body; what comes after them is kept in pieces of `LINE_BYTES_MAX`. */
export const RECORDS_MAX = 250_000;

/** Levels of a JSON record. */
export const DEPTH_MAX = 24;

/** Distinct names of one record; the whole text is kept when there are more. */
export const FIELDS_MAX = 1_000;

/** Characters of a dotted name. */
export const NAME_CHARS_MAX = 256;

/** Values of one multi-valued field. */
export const VALUES_MAX = 1_000;

/** Distinct action lines of `_bulk` bodies are short; a longer one is no action. */
export const ACTION_CHARS_MAX = 4_096;
