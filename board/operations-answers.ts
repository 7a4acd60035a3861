// What the API answers about the running of things: webhooks, jobs, guards, keys, people and the audit log, as far as the board reads it.

/** One request, as the audit log keeps it. */
export interface AuditEntry {
  readonly seq: number
  readonly at: string
  readonly actor: string
  readonly action: string
  readonly resource: string
  readonly result: 'done' | 'refused' | 'failed' | 'tallied'
  readonly code: string | null
  readonly counts: Readonly<Record<string, number>> | null
}

export interface AuditFilter {
  readonly actor?: string
  readonly action?: string
  readonly resource?: string
  readonly result?: AuditEntry['result']
  /** RFC 3339. */
  readonly from?: string
  readonly until?: string
}

export interface Endpoint {
  readonly id: string
  readonly url: string
  readonly kinds: readonly string[]
  readonly description: string
  readonly isEnabled: boolean
  readonly disabledReason: string | null
  readonly health: 'well' | 'failing' | 'resting'
  readonly restsUntil: string | null
}

export interface Delivery {
  readonly eventId: string
  readonly type: string
  readonly state: 'pending' | 'delivered' | 'dead'
  readonly attempt: number
  readonly createdAt: string
  readonly nextAt: string
  readonly endedAt: string | null
  readonly status: number | null
  readonly error: string | null
  readonly replays: number
  readonly seq: number
}

/** What is sent again: one event, or what ended so within a span of time. */
export interface ReplayWish {
  readonly eventId?: string
  /** RFC 3339. */
  readonly from?: string
  readonly to?: string
  readonly states: readonly ('delivered' | 'dead')[]
  readonly dryRun: boolean
}

export interface Replayed {
  readonly count: number
  readonly firstAt: string | null
  readonly lastAt: string | null
}

export interface Job {
  readonly id: string
  readonly kind: string
  readonly state: 'waiting' | 'ready' | 'active' | 'done' | 'dead' | 'cancelled'
  readonly attempt: number
  readonly dueAt: string
  readonly createdAt: string
  readonly startedAt: string | null
  readonly endedAt: string | null
  readonly progress: number | null
  readonly note: string | null
  readonly error: string | null
}

export interface JobKind {
  readonly name: string
  /** Whether people may ask for it, and cancel what was asked for. */
  readonly isSchedulable: boolean
}

export interface Schedule {
  readonly name: string
  readonly kind: string
  readonly cron: string
  readonly nextAt: string
  readonly createdBy: string
}

export interface Switch {
  readonly name: string
  readonly definition: { readonly kind: string; readonly boot: string; readonly confirms: string }
  readonly word: { readonly state?: string }
  readonly says: string
  readonly version: number
  readonly reason: string
  readonly changedBy: string
  readonly changedAt: string
}

export interface Flip {
  readonly state: 'on' | 'off'
  readonly reason: string
  readonly expectedVersion: number
}

/** What an action would do, under the token that does exactly that. */
export interface ActionPreview extends FlipPreview {
  readonly changes: readonly { readonly what: string }[]
}

export interface FlipPreview {
  readonly asksSecondPerson?: boolean
  readonly token: string
  readonly summary: string
  readonly risk: string
  readonly policy: string
  readonly expiresAt: string
}

/** What a token stands for, and who asked for it. */
export interface ShownAction {
  readonly action: string
  readonly preview: {
    readonly summary: string
    readonly risk: string
    readonly policy: string
    readonly changes: readonly { readonly of: string; readonly what: string }[]
  }
  readonly expiresAt: string
  readonly previewedBy: string
  readonly asksSecondPerson: boolean
}

/** Somebody whose requests are held to what is usual for them. */
export interface Throttled {
  readonly tenant: string
  readonly ratePerS: number
  readonly throttle: {
    readonly id: string
    readonly beganAtEpochMs: number
    /** Else it is only learned what would be held back. */
    readonly isEnforced: boolean
    readonly allowedPerS: number
    readonly refusedCount: number
  }
}

export interface GuardStatus {
  readonly limits: readonly {
    readonly name: string
    readonly limit: number
    readonly windowMs: number
    readonly burst?: number
  }[]
  readonly blocks: {
    readonly count: number
    /** The first thousand. */
    readonly listed: readonly { readonly address: string; readonly untilEpochMs: number }[]
  }
  readonly throttles: {
    readonly count: number
    readonly listed: readonly Throttled[]
  }
}

export interface ApiKey {
  readonly id: string
  readonly name: string
  readonly role: string
  readonly environments: readonly string[] | null
  readonly createdAt: string
  readonly expiresAt: string | null
  readonly lastUsedAt: string | null
  readonly predecessor?: string
  readonly revokedAt?: string
}

export interface Principal {
  readonly id: string
  readonly kind: 'person' | 'runner' | 'control-plane'
  /** Who the key counts as. */
  readonly person: string
  /** Absent where it is of no account. */
  readonly account?: string
  readonly displayName: string
  readonly roles: readonly string[]
  readonly keyId: string
  readonly revokedAt?: string
}

/** A signing key of whoever is signed in. */
export interface OwnKey extends Principal {
  /** SubjectPublicKeyInfo, base64. */
  readonly publicKey: string
  readonly registeredAt: string
}

/** A browser in which whoever asks is signed in. */
export interface OwnSession {
  readonly id: string
  readonly isCurrent: boolean
  readonly startedAt: string
  readonly seenAt: string
  readonly endsAt: string
}
