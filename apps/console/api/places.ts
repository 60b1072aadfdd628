/**
 * Code of "nobody knows where this belongs" (libs/model UNKNOWN_LOCALITY, which pulls node:crypto
 * into a browser).
 */
export const UNKNOWN_PROVINCE = 'xx';
/** Code of the centre, which sees every locality. */
export const CENTRE_PROVINCE = '00';
