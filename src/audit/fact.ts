// Makes the fact of a request: what was asked, told by the allow-list, and what became of it; and puts it into the ledger.
import { concatBytes, hexOf, utf8Bytes } from '../kernel/index.ts'
import type { Digest } from '../kernel/index.ts'
import type { Ledger, LedgerFact } from '../ledger/index.ts'
import type { AskedRequest } from '../web/index.ts'
import { auditFault } from './errors.ts'
import { harmlessFields, harmlessResource } from './harmless.ts'
import { STRANGER } from './model.ts'
import type { AuditPayload, AuditRecord, AuditResult } from './model.ts'

/** Enough to tell addresses apart. */
const PEER_HASH_CHARACTERS = 16

export interface FactPorts {
  readonly digest: Digest
  /** Of the installation; whoever lacks it cannot try out what was hashed. */
  readonly secret: Uint8Array
}

export interface AuditOutcome {
  readonly result: AuditResult
  readonly status?: number
  readonly code?: string
  readonly counts?: Readonly<Record<string, number>>
}

export function auditFactOf(
  ports: FactPorts,
  asked: AskedRequest,
  outcome: AuditOutcome,
): LedgerFact {
  const { method, route, caller, requestId, peer } = asked
  const action = `${method} ${route}`
  const record: AuditRecord = {
    action,
    resource: harmlessResource(route, asked.params),
    result: outcome.result,
    status: outcome.status ?? null,
    code: outcome.code ?? null,
    requestId,
    credential: caller?.credential ?? null,
    parameters: hashParameters(ports, asked),
    fields: harmlessFields(asked),
    peer: peer === undefined ? null : hashPeer(ports, peer),
    counts: outcome.counts ?? null,
  }
  return {
    type: `request.${outcome.result}`,
    actor: caller?.id ?? STRANGER,
    subject: `request/${action}`,
    payload: record satisfies AuditPayload,
    refs: [],
  }
}

// The body as it came, because hostile JSON must not be written anew to be hashed.
function hashParameters({ digest, secret }: FactPorts, asked: AskedRequest): string {
  const { method, url, bodyBytes } = asked
  const head = utf8Bytes(`audit parameters\n${method} ${url.toWellFormed()}\n`)
  const told = concatBytes([head, digest.sha256(bodyBytes)])
  return `hmac-sha256:${hexOf(digest.hmacSha256(secret, told))}`
}

function hashPeer({ digest, secret }: FactPorts, peer: string): string {
  const hash = digest.hmacSha256(secret, utf8Bytes(`audit peer\n${peer}`))
  return hexOf(hash).slice(0, PEER_HASH_CHARACTERS)
}

/** @throws AUDIT_UNRECORDED */
export async function appendAuditFact(
  ledger: Pick<Ledger, 'append'>,
  tenantId: string,
  fact: LedgerFact,
): Promise<void> {
  try {
    await ledger.append(tenantId, [fact])
  } catch (error) {
    throw auditFault('AUDIT_UNRECORDED', 'expected the ledger to take the entry of this request', {
      cause: error,
    })
  }
}
