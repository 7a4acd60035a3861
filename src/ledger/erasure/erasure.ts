// Erasure: destroys a person's keys, takes their ciphertext, and says so in the log, all in one transaction.
import { base64Of, hexOf } from '../../kernel/index.ts'
import type { SqlTx } from '../../kernel/index.ts'
import type { LogHead } from '../batch.ts'
import { ledgerFault } from '../errors.ts'
import type { AppendedEntry, Ledger } from '../model.ts'
import { stopCopies } from '../reader-store.ts'
import { lockHead } from '../store.ts'
import { ATTESTED_LIMIT, ERASED_CLASSES, ERASURE_SUBJECT, ErasedSum, erasureIdOf } from './model.ts'
import type { Attestation, ErasurePorts, ErasureWish } from './model.ts'
import {
  countNaming,
  countSealed,
  destroyKeys,
  eraseRows,
  hasClearRows,
  selectOwnedKeys,
  selectSealed,
} from './store.ts'
import type { OwnedKey, SealedPlace } from './store.ts'

const KEY_BYTES = 32
const REQUEST_BYTES = 8
const NO_POLICY = 'erasure on request'

/** What an erasure would reach, by class. */
export interface ErasureReach {
  /** Payloads and keys that would be gone for good. */
  readonly erased: readonly { readonly class: string; readonly count: number }[]
  /** Payloads under legal obligation, which stay without a policy. */
  readonly kept: number
  /** Entries that name them and whose payloads are the tenant's own. */
  readonly tenants: number
}

export interface Erased {
  readonly request: string
  readonly count: number
  /** Positions of the entries that attest it, the summary last where there is one. */
  readonly attestedBy: readonly number[]
}

/** @throws LEDGER_ERASURE_REFUSED while payloads of the tenant lie in clear */
export async function previewErasure(
  ports: ErasurePorts,
  tx: SqlTx,
  tenantId: string,
  wish: ErasureWish,
): Promise<ErasureReach> {
  const keys = await findKeys(ports, tx, tenantId, wish.subject)
  const counts = await countSealed(
    tx,
    tenantId,
    keys.map(({ dekId }) => dekId),
  )
  const countOf = (of: string): number =>
    keys
      .filter((key) => key.class === of)
      .reduce((sum, { dekId }) => sum + (counts.get(dekId) ?? 0), 0)
  const isKept = wish.policy === undefined
  const classes = ERASED_CLASSES.filter((each) => each !== 'record' || !isKept)
  const erased = classes
    .map((of) => ({ class: of, count: countOf(of) }))
    .filter(({ count }) => count > 0)
  const name = JSON.stringify(wish.subject)
  const needles = [`"actor":${name}`, `"subject":${name}`]
  const tenants = await countNaming(tx, tenantId, needles)
  return { erased, kept: isKept ? countOf('record') : 0, tenants }
}

/**
 * The register is told last, before the commit: an erasure that was acknowledged is in it.
 * @throws LEDGER_ERASURE_EMPTY when there is nothing to erase, LEDGER_ERASURE_REFUSED
 */
export async function executeErasure(
  ports: ErasurePorts,
  tx: SqlTx,
  tenantId: string,
  wish: ErasureWish,
  approvers: readonly string[],
): Promise<Erased> {
  // Before the turn, as readers hold copies while they wait for rows of those who wait for the turn.
  await stopCopies(tx, tenantId)
  // Nothing is sealed under these keys from here to the commit.
  const head = await lockHead(tx, tenantId)
  if (head === undefined) throw nothingToErase()
  const found = await findKeys(ports, tx, tenantId, wish.subject)
  const keys = found.filter((key) => key.class !== 'record' || wish.policy !== undefined)
  const { reason, policy = NO_POLICY } = wish
  const request = erasureIdOf(ports.random.bytes(REQUEST_BYTES))
  const said = { request, reason, policy, approvers: [...approvers] }
  const dekIds = keys.map(({ dekId }) => dekId)
  const done = await eraseUnderKeys(ports, tx, tenantId, { head, dekIds, said })
  if (done === undefined) throw nothingToErase()
  const { first, ...erased } = done
  await ports.register.add({
    tenant: tenantId,
    request,
    attestedBy: { origin: head.origin, seq: first.seq, leafHash: hexOf(first.leafHash) },
    keys: keys.map(({ dekId, wrappedHash }) => ({ dekId, wrappedHash })),
  })
  return erased
}

/** What is erased, and what the entries say that attest it. */
export interface ErasureOrder {
  /** Of the log that attests it, whose turn the caller has. */
  readonly head: LogHead
  readonly dekIds: readonly number[]
  readonly said: Pick<Attestation, 'request' | 'reason' | 'policy' | 'approvers'>
}

/** Destroys the keys, takes what they seal, and attests it. @returns undefined when they seal nothing: then they stay */
export async function eraseUnderKeys(
  ports: ErasurePorts,
  tx: SqlTx,
  tenantId: string,
  { head, dekIds, said }: ErasureOrder,
): Promise<(Erased & { readonly first: AppendedEntry }) | undefined> {
  const { ledger, payloadKeys, random, journal, derived } = ports
  const partLimit = Math.min(ports.partLimit ?? ATTESTED_LIMIT, ATTESTED_LIMIT)
  const parts: { sum: ErasedSum; key: Uint8Array }[] = []
  await stopCopies(tx, tenantId)
  let after = { logId: 0, seq: -1 }
  let places = await selectSealed(tx, tenantId, dekIds, after, partLimit)
  if (places.length === 0) return undefined
  await destroyKeys(tx, tenantId, dekIds)
  while (places.length > 0) {
    const key = random.bytes(KEY_BYTES)
    const sum = new ErasedSum(ports.digest, key)
    sum.add(places.map(({ leafHash }) => leafHash))
    const by = { logId: head.logId, seq: head.size + parts.length }
    await takeAway(tx, tenantId, places, by)
    for (const each of derived) await each.forget(tx, tenantId, seqsOf(places, head.logId), by.seq)
    parts.push({ sum, key })
    after = places.at(-1)!
    places = await selectSealed(tx, tenantId, dekIds, after, partLimit)
  }
  const appended = await ledger.appendInTx(tx, tenantId, factsOf(parts, said))
  const [first] = appended
  if (first?.seq !== head.size)
    throw new Error(`expected the attestation at ${head.size}, got ${first?.seq}`)
  payloadKeys.forget(tenantId)
  journal?.forgetAfter(tx)
  const count = parts.reduce((sum, part) => sum + part.sum.count, 0)
  return { request: said.request, count, attestedBy: appended.map(({ seq }) => seq), first }
}

async function findKeys(
  { payloadKeys }: ErasurePorts,
  tx: SqlTx,
  tenantId: string,
  name: string,
): Promise<readonly OwnedKey[]> {
  if (await hasClearRows(tx, tenantId))
    throw ledgerFault(
      'LEDGER_ERASURE_REFUSED',
      'expected every payload to be sealed, got some that an older version left in clear',
    )
  await payloadKeys.assertShared(tx, tenantId)
  const owners = ERASED_CLASSES.map((of) => payloadKeys.ownerHash(tenantId, { class: of, name }))
  return selectOwnedKeys(tx, tenantId, owners)
}

async function takeAway(
  tx: SqlTx,
  tenantId: string,
  places: readonly SealedPlace[],
  by: Pick<SealedPlace, 'logId' | 'seq'>,
): Promise<void> {
  let count = 0
  for (const logId of new Set(places.map((place) => place.logId)))
    count += await eraseRows(tx, tenantId, logId, seqsOf(places, logId), by)
  if (count !== places.length)
    throw new Error(`expected to erase ${places.length} payloads, got ${count}`)
}

export function seqsOf(places: readonly SealedPlace[], logId: number): readonly number[] {
  return places.filter((place) => place.logId === logId).map(({ seq }) => seq)
}

function factsOf(
  parts: readonly { readonly sum: ErasedSum; readonly key: Uint8Array }[],
  said: Pick<Attestation, 'request' | 'reason' | 'policy' | 'approvers'>,
): Parameters<Ledger['appendInTx']>[2] {
  const actor = said.approvers.at(-1) ?? 'operator'
  const fact = { actor, subject: ERASURE_SUBJECT, refs: [] }
  const attesting = parts.map(({ sum, key }, at) => {
    const payload: Attestation = {
      ...said,
      part: at + 1,
      parts: parts.length,
      count: sum.count,
      alg: 'HMAC-SHA256',
      key: base64Of(key),
      root: sum.root(),
    }
    return { ...fact, type: 'erasure.executed', payload }
  })
  if (parts.length === 1) return attesting
  const count = parts.reduce((total, { sum }) => total + sum.count, 0)
  const payload = { ...said, parts: parts.length, count }
  return [...attesting, { ...fact, type: 'erasure.summed-up', payload }]
}

function nothingToErase(): Error {
  return ledgerFault(
    'LEDGER_ERASURE_EMPTY',
    'expected payloads under a key of theirs, got none: nothing was erased',
  )
}
