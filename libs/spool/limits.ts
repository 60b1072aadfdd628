/** Everything in the spool that can grow; bytes unless the name says otherwise. */
export interface SpoolLimits {
  /** Size of all segments at which appends are refused with `spool_full`. */
  readonly bytes_max: number;
  /**
   * Size at which a segment is closed and the next one begun; a larger body gets a segment of its
   * own.
   */
  readonly segment_bytes: number;
  /** Largest body that is taken. */
  readonly record_bytes_max: number;
  /**
   * Space left on the disk below which appends are refused with `disk_full`, so that the rest can
   * still work.
   */
  readonly reserve_bytes: number;
  /** Bytes waiting to be written at which appends are refused with `busy`. */
  readonly pending_bytes_max: number;
  /** Most bytes that share one fdatasync. */
  readonly group_bytes_max: number;
  /** Size of all that is set aside; the oldest goes first. */
  readonly quarantine_bytes_max: number;
  /** Number of things set aside; the oldest goes first. */
  readonly quarantine_files_max: number;
}

const MIB = 1_048_576;

export const SPOOL_LIMITS: SpoolLimits = {
  bytes_max: 10_240 * MIB,
  segment_bytes: 64 * MIB,
  record_bytes_max: 128 * MIB,
  reserve_bytes: 256 * MIB,
  pending_bytes_max: 192 * MIB,
  group_bytes_max: 16 * MIB,
  quarantine_bytes_max: 1024 * MIB,
  quarantine_files_max: 10_000,
};

/**
 * How far apart the bases of two segments are when the end of the first is not known for sure
 * (after a start, after a failed write). More than any segment can span, so that a position is
 * never given twice.
 */
export const SEGMENT_SPAN = 1024 * MIB;

/** Version of the files; a higher one in the folder is refused, a lower one would be migrated. */
export const SPOOL_FORMAT = 1;
