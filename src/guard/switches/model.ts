// Words of the switches: what code declares, what a source says, what a reader gets, and what is told.

/** A value that a variant stands for; all variants of one switch have the same type, as OpenFeature asks. */
export type SwitchValue = boolean | number | string | { readonly [key: string]: unknown }

/** What the code that reads a switch declares about it. */
export interface SwitchDefinition {
  /** A kill switch is a brake for something that runs; a flag decides who gets what. */
  readonly kind: 'kill-switch' | 'flag'
  /** What holds until a source has spoken. */
  readonly boot: SwitchState
  /** Of flags; default `{ on: true, off: false }`. */
  readonly variants?: Readonly<Record<string, SwitchValue>>
  /** Variant while on, for those whom no rule names; default `on`. */
  readonly onVariant?: string
  /** Variant while off, and for those outside a rollout; default `off`. */
  readonly offVariant?: string
}

export type SwitchState = 'on' | 'off'

/** Who gets which variant of a flag that is on. Tenants are looked at first, then the rollout. */
export interface SwitchRule {
  /** For everybody else; default the off variant where tenants or a rollout are named. */
  readonly variant?: string
  /** Variant by tenant. */
  readonly tenants?: ReadonlyMap<string, string>
  /** Shares of all targeting keys, in percent with at most three decimals, together at most 100. */
  readonly rollout?: readonly { readonly variant: string; readonly percent: number }[]
}

/** What one source says about one switch. */
export interface SwitchWord {
  readonly state: SwitchState
  readonly rule?: SwitchRule
  /** Milliseconds since the Unix epoch; from then on `after` holds, or the source says nothing. */
  readonly untilMs?: number
  readonly after?: Omit<SwitchWord, 'untilMs' | 'after'>
}

/** Who asks. `tenant` is the customer of the service, the targeting key whoever a rollout must treat the same each time. */
export interface SwitchContext {
  readonly targetingKey?: string
  readonly tenant?: string
}

/** Reasons in OpenFeature's words; `DEFAULT` = no source has spoken, the boot default holds. */
export type SwitchReason = 'STATIC' | 'DEFAULT' | 'TARGETING_MATCH' | 'SPLIT' | 'DISABLED' | 'ERROR'

export interface SwitchAnswer {
  readonly value: SwitchValue
  readonly variant: string
  readonly reason: SwitchReason
  /** With reason `ERROR`: a rollout needs a targeting key and got none. The value is that of everybody else. */
  readonly errorCode?: 'TARGETING_KEY_MISSING'
}

/**
 * Where words come from. `read` answers a document of switches, or undefined when there is none; a rejection means that it
 * could not be read. It must settle: a read that hangs is not started again.
 */
export interface SwitchSource {
  readonly name: string
  read(): Promise<Uint8Array | undefined>
  /** Calls `wake` when something may have changed; answers how to stop. Polling goes on without it. */
  watch?(wake: () => void): () => void
}

/** Keeps the last good documents for the next start, when sources may be away. */
export interface LastGoodStore {
  read(): Promise<string | undefined>
  write(text: string): Promise<void>
}

export type SwitchEvent =
  | {
      readonly type: 'switch.changed'
      readonly switch: string
      readonly state: SwitchState
      /** Source that decided, or `boot`. */
      readonly by: string
    }
  | { readonly type: 'switch.source-lost'; readonly source: string; readonly reason: string }
  | { readonly type: 'switch.source-back'; readonly source: string }
  | {
      /** Words that were not taken: a switch nobody declared, a rule that fits no variant. The last good ones stay. */
      readonly type: 'switch.words-refused'
      readonly source: string
      readonly reasons: readonly string[]
    }
