// What a slice may bring: plain records that `app` collects; no base class, no registration.
import type { Json } from './canonical.ts'
import type { ErrorTable } from './errors.ts'
import type { SqlTx } from './ports.ts'
import type { Principal, Route } from './route.ts'

/** What an action would do, as a person reads it before saying yes. */
export interface ActionPreview {
  /** One line. */
  readonly summary: string
  readonly risk: 'low' | 'medium' | 'high'
  /** What changes, each named by what a person would look for. */
  readonly changes: readonly {
    readonly of: string
    readonly effect: string
    readonly what: string
  }[]
  /** The rule by which this needs a person's word; another rule makes another preview. */
  readonly policy: string
  /** Everything else that, once it is different, makes the preview worthless. */
  readonly state: Json
}

/** Whose words an action rests on besides that of who confirms it. */
export interface ConfirmedWord {
  readonly previewedBy: string
}

/** One call of an action with its parameters; both work inside a transaction of the tenant. */
export interface ActionCall {
  preview(tx: SqlTx): Promise<ActionPreview>
  /** Runs only right after a preview that is still the one that was confirmed. */
  carryOut(tx: SqlTx, word: ConfirmedWord): Promise<unknown>
  /** The transaction of `carryOut` was certainly undone, for what was told of it outside the database. */
  takeBack?(): Promise<void>
}

/** Something destructive or privileged: nothing of it happens without a preview and a confirmation of exactly that. */
export interface Action {
  /** Two words with a dot, e.g. `run.continue`. */
  readonly name: string
  readonly summary: string
  /** Whose role it takes to preview and to confirm it; a developer's when absent. */
  readonly access?: 'write' | 'admin'
  /** What is previewed as high risk is confirmed by somebody else than who asked for it. */
  readonly asksSecondPerson?: boolean
  /** Whoever confirms it with a session has just proven who they are. */
  readonly asksProof?: boolean
  /** Reads what needs no transaction; throws what the parameters are refused for. */
  open(principal: Principal, params: Json): Promise<ActionCall>
}

/** A value that a plan hands to a built-in check, under `with`. */
export interface CheckParameter {
  readonly type: 'text' | 'number' | 'boolean'
  readonly isRequired: boolean
  readonly summary: string
}

/** A built-in check as people choose it: what it looks at, and what its record holds. */
export interface CheckDescription {
  /** Kebab case; begins with the name of the slice. */
  readonly name: string
  readonly summary: string
  /**
   * Set for checks that a runner makes, from where it stands. `reads`: looks at files of its workspace. `asks`: sends
   * requests to another service that are meant to change nothing. `acts`: burdens what it reaches or changes it; no plan
   * can call that a read.
   */
  readonly outward?: 'reads' | 'asks' | 'acts'
  readonly parameters: Readonly<Record<string, CheckParameter>>
  /** Fields of the record that assertions read as `$.field`. */
  readonly fields: Readonly<Record<string, string>>
}

/** What a built-in check is asked about. */
export interface CheckQuestion {
  readonly tenantId: string
  readonly runId: string
  readonly planHash: string
  /** Values of the parameters, as described and no others. */
  readonly parameters: Readonly<Record<string, string | number | boolean>>
}

/** Collects facts and decides nothing: assertions of the plan judge the record, now and offline. */
export interface BuiltinCheck extends CheckDescription {
  collect(question: CheckQuestion): Promise<Readonly<Record<string, Json>>>
}

/**
 * Whose data the payload of an entry holds, and with whom it can be erased: what the entry is about (`subject`), who did it
 * (`actor`), who did it where a law wants it kept (`record`), or nobody in particular (`tenant`).
 */
export type ErasureClass = 'subject' | 'actor' | 'record' | 'tenant'

/** The record every slice's front door exports as `slice`. */
export interface Slice {
  readonly name: string
  /** Folder of `NNNN-name.up.sql` and `NNNN-name.down.sql`; `platform` reads it. */
  readonly migrations?: URL
  readonly routes?: readonly Route[]
  readonly errors?: ErrorTable
  /** Kinds of ledger facts the slice appends, e.g. `run.started`. */
  readonly events?: readonly string[]
  /** Of those whose payloads are not the tenant's alone; `note.*` is every type of that first word. */
  readonly erasure?: Readonly<Record<string, ErasureClass>>
  /** Built-in checks the slice brings; what collects for them is made with its service. */
  readonly checks?: readonly CheckDescription[]
}
