// Lets a tenant go on after an older database was put in place: a new log that names what the old one had signed.
import { base64Of, canonicalBytes, hexOf } from '../../kernel/index.ts'
import type { SqlTx } from '../../kernel/index.ts'
import { EMPTY_FRONTIER, frontierRoot, genesisLink } from '../../proof/index.ts'
import type { LogHead } from '../batch.ts'
import { attestReplayed, selectReplayed } from '../erasure/replay.ts'
import type { ReplayedKeys } from '../erasure/replay.ts'
import { findRegisterGap } from '../erasure/register-watch.ts'
import { ledgerFault } from '../errors.ts'
import type { KnownRoot, NamedRoot } from '../model.ts'
import { stopCopies } from '../reader-store.ts'
import { lockHead } from '../store.ts'
import { findBreaks } from './guarded.ts'
import type { GuardBreak } from './guarded.ts'
import type {
  Restored,
  RestoredPayload,
  RestorePorts,
  RestorePreview,
  RestoreSigner,
  RestoreStatement,
} from './model.ts'
import { insertEpoch, sealLog, selectEpochs } from './store.ts'

const TOKEN_DIGITS = 32
const ORIGIN_DIGITS = 16
export const RESTORE_SUBJECT = 'ledger-restore'

export interface RestoreWish {
  readonly tenantId: string
  readonly reason: string
}

interface Look {
  readonly preview: RestorePreview
  readonly replayed: ReplayedKeys
}

export class LogRestore {
  readonly #ports: RestorePorts

  constructor(ports: RestorePorts) {
    this.#ports = ports
  }

  /** Changes nothing. @throws LEDGER_RESTORE_REFUSED when the log can go on as it is, LEDGER_LOG_EMPTY */
  preview(wish: RestoreWish): Promise<RestorePreview> {
    return this.#ports.sql.transaction('system', async (tx) => (await this.#look(tx, wish)).preview)
  }

  /**
   * Ends the old log and opens the next, whose first entry is the signed statement; then signs its first checkpoint.
   * @throws LEDGER_RESTORE_REFUSED, LEDGER_RESTORE_CHANGED when the token stands for something else
   */
  async carryOut(wish: RestoreWish, token: string, by: RestoreSigner): Promise<Restored> {
    const { sql, ledger, journal } = this.#ports
    let takeBack: (() => void) | undefined
    const statement = await sql
      .transaction('system', async (tx) => {
        // Before the log's turn, as erasures take them.
        await stopCopies(tx, wish.tenantId)
        const { preview, replayed } = await this.#look(tx, wish)
        if (preview.token !== token)
          throw ledgerFault(
            'LEDGER_RESTORE_CHANGED',
            `expected the token of what would be done now, ${preview.token}`,
            { details: { preview } },
          )
        // What the journal has against the old log is what the new one's first entry is about.
        takeBack = journal?.forgive(wish.tenantId)
        await this.#open(tx, wish.tenantId, preview.statement, by)
        await attestReplayed(this.#ports.erasing, tx, wish.tenantId, replayed, by.name)
        return preview.statement
      })
      .catch((error: unknown) => {
        takeBack?.()
        throw error
      })
    return { statement, checkpoint: await ledger.checkpoint(wish.tenantId) }
  }

  async #open(
    tx: SqlTx,
    tenantId: string,
    statement: RestoreStatement,
    { name, signer }: RestoreSigner,
  ): Promise<void> {
    const { digest, ledger, verifier, guard } = this.#ports
    const bytes = canonicalBytes(statement)
    const signature = await signer.sign(bytes)
    const { algorithm } = signer
    if (!(await verifier.verify(algorithm, signer.publicKey, bytes, signature)))
      throw ledgerFault('LEDGER_RESTORE_REFUSED', 'expected a key whose signature verifies')
    const { next, old, others } = statement
    const publicKey = base64Of(signer.publicKey)
    const ended = old.epoch === 0 ? null : old.stands
    const stands = [{ origin: old.origin, stands: ended }, ...others]
    // Before anything is appended, which the guard would refuse otherwise; without the commit it means nothing.
    await guard.announce(next.origin, tenantId, {
      statement: hexOf(digest.sha256(bytes)),
      publicKey,
      stands: Object.fromEntries(stands.map((each) => [each.origin, each.stands])),
    })
    await sealLog(tx, tenantId, old.origin)
    await insertEpoch(tx, tenantId, next, genesisLink(digest, next.origin, next.epoch))
    const signedBy = { name, algorithm, publicKey, signature: base64Of(signature) }
    const payload: RestoredPayload = { statement, signedBy }
    const fact = { type: 'ledger.restored', actor: name, subject: RESTORE_SUBJECT, refs: [] }
    await ledger.appendInTx(tx, tenantId, [{ ...fact, payload }])
  }

  async #look(tx: SqlTx, { tenantId, reason }: RestoreWish): Promise<Look> {
    const { digest, journal, register } = this.#ports
    const head = await lockHead(tx, tenantId)
    const breaks = await findBreaks(this.#ports, tx, tenantId)
    const ended =
      head === undefined ? breaks.at(-1) : breaks.find(({ origin }) => origin === head.origin)
    if (head === undefined && ended === undefined)
      throw ledgerFault('LEDGER_LOG_EMPTY', `expected a log of ${tenantId}, got none`)
    const cause = breaks[0]?.fault.message ?? journal?.contradictionOf(tenantId)
    if (cause === undefined)
      throw ledgerFault(
        'LEDGER_RESTORE_REFUSED',
        `expected a log that is behind what was signed, got ${head?.size ?? 0} entries that continue it`,
      )
    const old = await this.#describeOld(tx, tenantId, head, ended)
    const { since, erasures } = await register.read()
    const isWhole = (await findRegisterGap(this.#ports)) === undefined
    const replayed = await selectReplayed(tx, tenantId, erasures)
    const base = {
      kind: 'seaworthy-ledger-restore/3',
      tenant: tenantId,
      reason,
      old,
      lost: ended?.signed === undefined ? null : lostOf(old.stands.size, ended.signed.size),
      others: breaks
        .filter(({ origin }) => origin !== old.origin)
        .map(({ origin, signed, stands }) => ({
          origin,
          signed: signed === undefined ? null : named(signed),
          stands,
        })),
      erasures: {
        registerSince: since,
        isCovered: old.stands.size === 0 || (isWhole && Date.parse(since) <= (head?.latestMs ?? 0)),
        payloads: replayed.payloads,
      },
    } as const
    const next = { origin: await this.#newOrigin(old.origin, base), epoch: old.epoch + 1 }
    const statement = { ...base, next }
    const token = hexOf(digest.sha256(canonicalBytes(statement))).slice(0, TOKEN_DIGITS)
    return { preview: { statement, cause, token }, replayed }
  }

  /** The log that ends: the open one, or the last that was signed where the database lacks every log. */
  async #describeOld(
    tx: SqlTx,
    tenantId: string,
    head: LogHead | undefined,
    ended: GuardBreak | undefined,
  ): Promise<RestoreStatement['old']> {
    const { digest, guard } = this.#ports
    if (head === undefined) {
      const nothing = named({ size: 0, root: frontierRoot(digest, EMPTY_FRONTIER) })
      const signed = ended?.signed === undefined ? null : named(ended.signed)
      return { origin: ended?.origin ?? '', epoch: 0, stands: nothing, signed }
    }
    const epochs = await selectEpochs(tx, tenantId)
    const epoch = epochs.find(({ origin }) => origin === head.origin)?.epoch ?? 0
    const signed = await guard.read(head.origin)
    return {
      origin: head.origin,
      epoch,
      stands: named({ size: head.size, root: frontierRoot(digest, head.frontier) }),
      signed: signed === undefined ? null : named(signed),
    }
  }

  /** The same for the same situation, so that a token can stand for it; another when that one was signed for before. */
  async #newOrigin(oldOrigin: string, base: object): Promise<string> {
    const { digest, guard } = this.#ports
    const prefix = oldOrigin.slice(0, oldOrigin.lastIndexOf('/'))
    for (let tries = 0; ; tries++) {
      const id = hexOf(digest.sha256(canonicalBytes({ ...base, tries }))).slice(0, ORIGIN_DIGITS)
      const origin = `${prefix}/${id}`
      if ((await guard.read(origin)) === undefined) return origin
    }
  }
}

function named({ size, root }: KnownRoot): NamedRoot {
  return { size, root: base64Of(root) }
}

/** A log that is longer than what was signed has other entries below that size; which, nobody can tell any more. */
function lostOf(size: number, signedSize: number): RestoreStatement['lost'] {
  return size < signedSize ? { from: size, until: signedSize } : { from: 0, until: signedSize }
}
