// What the board's documents of the provenance graph answer.
import type { Verdict } from './answers.ts'

/** A signed statement, and where the ledger holds it; no entry names one that is missing there. */
export interface RecordedStatement {
  readonly digest: string
  readonly entry: { readonly seq: number; readonly isCovered?: boolean } | null
}

export interface GraphGate {
  readonly gate: string
  readonly title: string
  readonly status: string
  readonly reason: string
  readonly objections: readonly {
    readonly rule: string
    readonly text: string
    readonly flip: string
  }[]
  readonly statement: RecordedStatement | null
  readonly evidence: readonly { readonly name: string | null; readonly digest: string }[]
}

export interface GraphSection {
  readonly title: string
  readonly gateCount: number
  readonly unrecordedCount: number
  readonly evidenceCount: number
  readonly statementCount: number
  readonly statuses: readonly { readonly status: string; readonly count: number }[]
  readonly entries: {
    readonly first: number
    readonly last: number
    readonly count: number
    readonly missingCount: number
    readonly uncoveredCount: number
  } | null
  readonly brokenCount: number
  /** The first few. */
  readonly broken: readonly GraphGate[]
}

export interface Provenance {
  readonly service: string
  readonly version: string
  readonly environment: string
  readonly artefacts: readonly { readonly name: string; readonly digest: string }[]
  readonly verdict: { readonly value: Verdict; readonly reasonCount: number }
  readonly decision: {
    readonly value: Verdict
    readonly decidedAt: string
    readonly statement: RecordedStatement
  } | null
  readonly sections: readonly GraphSection[]
  /** Roles that the plan asks to sign off. */
  readonly signOffRoles: readonly { readonly role: string; readonly minimum: number }[]
  readonly signOffs: {
    readonly totalCount: number
    readonly nodes: readonly {
      readonly role: string
      readonly decision: string
      readonly principal: string
      readonly displayName: string | null
      readonly statement: RecordedStatement
    }[]
  }
  readonly checkpoint: {
    readonly origin: string
    readonly size: number
    readonly root: string
  } | null
}

export interface SectionGates {
  readonly gates: {
    readonly totalCount: number
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
    readonly nodes: readonly GraphGate[]
  }
}
