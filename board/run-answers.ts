// What the API answers about runs that are asked for and runners that wait, as far as the board reads it.

/** A run that somebody asked the waiting runners for. */
export interface RunRequest {
  readonly requestId: string
  readonly service: string
  readonly version: string
  readonly environment: string
  readonly state:
    | 'waiting'
    | 'claimed'
    | 'running'
    | 'finished'
    | 'abandoned'
    | 'declined'
    | 'expired'
    | 'cancelled'
  readonly reason: string | null
  readonly askedAt: string
  readonly expiresAt: string
  readonly runId: string | null
  readonly isCancelAsked: boolean
  readonly wish: { readonly parameters: Readonly<Record<string, string>> }
}

export function isOpenRequest({ state }: RunRequest): boolean {
  return state === 'waiting' || state === 'claimed' || state === 'running'
}

export interface AskWish {
  readonly planHash: string
  readonly parameters: Readonly<Record<string, string>>
  readonly secrets: readonly string[]
  readonly repeat: boolean
}

export interface AskPreview {
  readonly token: string
  readonly risk: string
  readonly expiresAt: string
  readonly changes: readonly {
    readonly of: string
    readonly effect: string
    readonly what: string
  }[]
}

export interface RunnerSeat {
  readonly runnerId: string
  readonly name: string
  readonly machine: string
  readonly offer: {
    readonly services: readonly string[] | null
    readonly environments: readonly string[]
    readonly labels: readonly string[]
  }
  readonly openedAt: string
  readonly seenAt: string
  readonly isWaiting: boolean
}
