// Builders of signed acts for tests of the register.
import type { ContentDigest } from '../src/kernel/index.ts'
import type { Change, RegisterAct } from '../src/register/index.ts'
import { NOON_MS } from './decisions.ts'

let count = 0

/** An act at noon under a statement of its own. */
export function anAct(
  person: string,
  change: RegisterAct['change'],
  fields: Partial<RegisterAct> = {},
): RegisterAct {
  count++
  const statement: ContentDigest = `sha256:${count.toString(16).padStart(64, '0')}`
  return { statement, person, roles: [], atMs: NOON_MS, change, ...fields }
}

export function approvalOf(act: RegisterAct, id: string, person: string): RegisterAct {
  return anAct(person, { kind: 'approved', id, statement: act.statement })
}

export function instantAfter(ms: number): string {
  return new Date(NOON_MS + ms).toISOString()
}

export function riskOpened(
  fields: Partial<Extract<Change, { kind: 'risk.opened' }>> = {},
): Extract<Change, { kind: 'risk.opened' }> {
  return {
    kind: 'risk.opened',
    id: 'R1',
    level: 'P1',
    title: 'restore never drilled',
    owner: 'owen',
    likelihood: 'medium',
    impact: 'high',
    mitigation: '',
    ...fields,
  }
}

export function conditionSet(
  fields: Partial<Extract<Change, { kind: 'condition.set' }>> = {},
): Extract<Change, { kind: 'condition.set' }> {
  return {
    kind: 'condition.set',
    id: 'C1',
    version: '1.2.3',
    text: 'limits tuned',
    gate: 'b',
    owner: 'guild',
    dueAt: instantAfter(86_400_000),
    onMiss: 'NO_GO',
    blocks: 'deploy',
    ...fields,
  }
}

export function waiverRequested(
  fields: Partial<Extract<RegisterAct['change'], { kind: 'waiver.requested' }>> = {},
): Extract<RegisterAct['change'], { kind: 'waiver.requested' }> {
  return {
    kind: 'waiver.requested',
    id: 'W1',
    service: 'harbour',
    version: '1.2.3',
    environment: 'staging',
    gates: ['b'],
    reason: 'rig is broken',
    risk: 'R1',
    compensatingControl: 'canary at 5 %',
    principal: 'rita',
    at: instantAfter(0),
    expiresAt: instantAfter(7 * 86_400_000),
    maxUses: 1,
    ...fields,
  }
}
