// The predicates of what people sign about a service's register: a change of it, and a request for a waiver.
import { asArray, asCount, asInstant, asObject, asText, expectKeys } from './reading.ts'
import type { JsonObject } from './reading.ts'

export interface ChangeApproval {
  readonly what: 'change'
  readonly service: string
  /** Origin of the ledger that it is for, so that it counts in no other; absent in statements of earlier versions. */
  readonly audience?: string
  readonly principal: string
  readonly at: string
  /** What changes; its shape is the room `register`'s to read. */
  readonly change: JsonObject
}

/** A request to let named gates of one release pass for a while; others approve it. */
export interface WaiverPredicate {
  readonly id: string
  readonly service: string
  /** As in `ChangeApproval`. */
  readonly audience?: string
  readonly version: string
  readonly environment: string
  readonly gates: readonly string[]
  readonly reason: string
  /** Id of the risk in the register. */
  readonly risk: string
  readonly compensatingControl: string
  /** Who asks for it. */
  readonly principal: string
  readonly at: string
  readonly expiresAt: string
  readonly maxUses: number
  /** Gate that shows when the waiver is no longer needed. */
  readonly closureTest?: string
}

export function readChangeApproval(predicate: JsonObject): ChangeApproval {
  const keys = ['what', 'service', 'principal', 'at', 'change']
  expectKeys(predicate, keys, ['audience'], 'the predicate')
  return {
    what: 'change',
    service: asText(predicate['service'], 'service'),
    ...audienceOf(predicate),
    principal: asText(predicate['principal'], 'principal'),
    at: asInstant(predicate['at'], 'at'),
    change: asObject(predicate['change'], 'change'),
  }
}

function audienceOf({ audience }: JsonObject): { readonly audience?: string } {
  return audience === undefined ? {} : { audience: asText(audience, 'audience') }
}

export function readWaiver(predicate: JsonObject): WaiverPredicate {
  const keys = [
    'id',
    'service',
    'version',
    'environment',
    'gates',
    'reason',
    'risk',
    'compensatingControl',
    'principal',
    'at',
    'expiresAt',
    'maxUses',
  ]
  expectKeys(predicate, keys, ['audience', 'closureTest'], 'the predicate')
  const textOf = (key: string): string => asText(predicate[key], key)
  return {
    id: textOf('id'),
    service: textOf('service'),
    ...audienceOf(predicate),
    version: textOf('version'),
    environment: textOf('environment'),
    gates: asArray(predicate['gates'], 'gates').map((gate) => asText(gate, 'gates')),
    reason: textOf('reason'),
    risk: textOf('risk'),
    compensatingControl: textOf('compensatingControl'),
    principal: textOf('principal'),
    at: asInstant(predicate['at'], 'at'),
    expiresAt: asInstant(predicate['expiresAt'], 'expiresAt'),
    maxUses: asCount(predicate['maxUses'], 'maxUses'),
    ...(predicate['closureTest'] === undefined ? {} : { closureTest: textOf('closureTest') }),
  }
}
