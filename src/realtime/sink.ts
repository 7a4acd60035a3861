// What the realtime feed tells whoever counts.
export type RealtimeEvent =
  | { readonly type: 'realtime.opened' }
  /** `left`: the client, or its network; else why this server ended it. */
  | { readonly type: 'realtime.closed'; readonly why: string }
  | { readonly type: 'realtime.refused'; readonly code: string }
  | {
      readonly type: 'realtime.event'
      readonly event: string
      readonly outcome: 'ok' | 'refused'
    }
  | { readonly type: 'realtime.told'; readonly messageCount: number }

export type RealtimeSink = (event: RealtimeEvent) => void

/** Counted now. */
export interface RealtimeFigures {
  readonly connections: number
  /** Connected, and not yet known. */
  readonly unknown: number
  /** Watches of one release or of a whole tenant, each counted once however many watch it. */
  readonly rooms: number
  readonly tenants: number
}
