// A store that keeps objects so that nobody can change or delete them before a day, as a port.

export interface LockedStoreTerms {
  /** `bucket` or `bucket/prefix`. */
  readonly bucket: string
  /** Of a store that is not Amazon's. */
  readonly endpoint?: string | undefined
}

export interface LockedStore {
  /**
   * The bytes of every version under the prefix, oldest first: also of objects that were written over or deleted since.
   * Rejects when there are more than `limitCount`, or one is larger than `limitBytes`.
   */
  readVersions(
    prefix: string,
    limitCount: number,
    limitBytes: number,
  ): Promise<readonly Uint8Array[]>
  /** Resolves once the store itself says that the object is locked until then, against everybody. */
  add(name: string, bytes: Uint8Array, untilMs: number): Promise<void>
  close(): void
}

/** Loads what speaks to such stores only when one is opened. Rejects for the name of a bucket that is none. */
export type OpenLockedStore = (terms: LockedStoreTerms) => Promise<LockedStore>
