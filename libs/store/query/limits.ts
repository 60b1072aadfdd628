/** Longest query text taken, in UTF-16 units; a longer one is refused before it is read. */
export const QUERY_CHARS_MAX = 8_192;
/** Deepest nesting of parentheses and NOT. */
export const QUERY_DEPTH_MAX = 32;
/** Most single conditions in one query. */
export const QUERY_TERMS_MAX = 500;
/** Longest value of one condition, in UTF-16 units. */
export const QUERY_VALUE_CHARS_MAX = 1_000;
/** Words of `message` can be found within its first so many UTF-16 units. */
export const MESSAGE_CHARS_SEARCHED = 32_768;
/** Longer words are cut to this many UTF-16 units, in messages and in queries alike. */
export const WORD_CHARS_MAX = 64;
