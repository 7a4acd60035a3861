// What the realtime feed tells over the wire, for servers that send it and programs that read it.

/** One entry of the log without what it holds: enough to know what to ask for again. */
export interface Change {
  /** Position of the entry in the log. */
  readonly seq: number
  /** RFC 3339, by the clock of the server that appended it. */
  readonly at: string
  readonly type: string
  readonly subject: string
}

export interface WatchedRelease {
  readonly service: string
  readonly version: string
}

/**
 * What a watch is told. `cursor` is the position up to which the watch knows everything: whoever comes back with it gets what is
 * missing and nothing twice.
 */
export interface ChangeMessage {
  /** Null = the whole tenant. */
  readonly release: WatchedRelease | null
  /** To be shown again as it is: it says of which history it is. */
  readonly cursor: string
  readonly changes: readonly Change[]
}

/** How many entries come before a cursor: of two of one log, the later one has more. */
export function positionOf(cursor: string): number {
  return Number.parseInt(cursor, 10)
}

/** Facts about the release, and those about its service: its register counts for every version. */
export function concernsRelease(
  { subject }: Pick<Change, 'subject'>,
  { service, version }: WatchedRelease,
): boolean {
  return subject === service || subject === `${service}@${version}`
}
