// The notebook of one verification: ports, counts, findings and what could not be shown.
import { FINDING_LIMIT } from './findings.ts'
import type { Finding, FindingCode } from './findings.ts'
import type { CheckedCounts, VerifyPorts } from './model.ts'

export interface Inspection {
  readonly ports: VerifyPorts
  readonly checked: CheckedCounts
  readonly findings: readonly Finding[]
  /** What single steps showed, in their words. */
  readonly proven: readonly string[]
  readonly notProven: readonly string[]
  /** How many findings there were, kept or not. */
  findingCount(): number
  /** Writes a finding down; always false, so that a check can end with it. */
  find(code: FindingCode, text: string, path?: string): false
  /** Writes down what was shown, as a plain sentence. */
  show(text: string): void
  /** Writes down that something cannot be shown; no fault of the bundle. */
  leaveOpen(text: string): void
}

export function beginInspection(ports: VerifyPorts): Inspection {
  const findings: Finding[] = []
  const proven: string[] = []
  const notProven: string[] = []
  let findingCount = 0
  return {
    ports,
    checked: countNothing(),
    findings,
    proven,
    notProven,
    findingCount: () => findingCount,
    find(code, text, path) {
      findingCount++
      if (findings.length < FINDING_LIMIT)
        findings.push({ code, ...(path === undefined ? {} : { path }), text })
      return false
    },
    show: (text) => void proven.push(text),
    leaveOpen(text) {
      if (!notProven.includes(text)) notProven.push(text)
    },
  }
}

/** Counts before anything was looked at. */
export function countNothing(): CheckedCounts {
  return {
    files: 0,
    bytes: 0,
    statements: 0,
    signatures: 0,
    entries: 0,
    inclusionProofs: 0,
    commitments: 0,
    erased: 0,
    undisclosed: 0,
    gates: 0,
    gateRuns: 0,
    assertions: 0,
    signOffs: 0,
    persons: 0,
    changes: 0,
    decisions: 0,
  }
}

/** A hostile name inside a sentence: quoted, control characters escaped, short. */
export function quoteName(text: string): string {
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text)
}

/** A check that looked at nothing proves nothing. */
const MANDATORY: readonly (keyof CheckedCounts)[] = [
  'files',
  'bytes',
  'statements',
  'signatures',
  'entries',
  'inclusionProofs',
  'gates',
  'decisions',
]

/** Finds every count that is zero and may not be. */
export function checkSomethingShown(inspection: Inspection): void {
  for (const what of MANDATORY) {
    if (inspection.checked[what] === 0)
      inspection.find('VERIFY_NOTHING_CHECKED', `expected at least one of ${what}, got none`)
  }
}
