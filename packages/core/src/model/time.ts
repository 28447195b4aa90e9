/**
 * Event time: milliseconds since the epoch, as a number. A watermark `w` says: no record with a timestamp `<= w` follows.
 */
export type Timestamp = number

/** Before anything was seen. */
export const minWatermark: Timestamp = Number.NEGATIVE_INFINITY

/** After end of data: every window fires. */
export const maxWatermark: Timestamp = Number.MAX_SAFE_INTEGER
