// Use cases of actions: show a preview under a token, and carry it out once if it is still what would happen.
import { contentDigest, hexOf, utf8Bytes } from '../kernel/index.ts'
import type {
  Action,
  ActionPreview,
  Caller,
  Clock,
  ContentDigest,
  Digest,
  Json,
  Principal,
  Random,
  Sql,
  SqlTx,
} from '../kernel/index.ts'
import type { Ledger } from '../ledger/index.ts'
import { actionFault } from './errors.ts'
import { isSameState, mintToken, NONCE_BYTES, TOKEN_LIFETIME_MS } from './model.ts'
import type { IssuedPreview } from './model.ts'
import { closePreview, insertPreview, selectPreview } from './store.ts'
import type { StoredPreview } from './store.ts'

export interface ActionPorts {
  readonly sql: Sql
  readonly clock: Clock
  readonly random: Random
  readonly digest: Digest
  readonly ledger: Ledger
  /** Key of this control plane; only it can mint a token. */
  readonly confirmSecret: Uint8Array
  /** Whether two principals of a tenant may be one person, the first having asked for what the second would confirm. */
  areOneHand(tenantId: string, first: string, second: string): Promise<boolean>
}

/** Whether parameters that a token was shown for are those that are meant now. */
export type Fits = (params: Json) => boolean

export interface Actions {
  /** Shows what the action would do now, under a token that carries out exactly that, once. Changes nothing else. */
  preview(principal: Principal, action: Action, params: Json): Promise<IssuedPreview>
  /** What was shown under a token. @throws ACTION_TOKEN_UNKNOWN, ACTION_TOKEN_USED, ACTION_TOKEN_EXPIRED */
  read(principal: Principal, token: string): Promise<StoredPreview>
  /**
   * Carries out what was previewed, unless `fits` says that the token was shown for other parameters.
   * @throws ACTION_TOKEN_UNKNOWN, …_FOREIGN, …_USED, …_EXPIRED; ACTION_SECOND_PERSON_NEEDED, ACTION_ROLE_REFUSED;
   * ACTION_STATE_CHANGED with a fresh preview in `details`
   */
  confirm(principal: Principal, action: Action, token: string, fits?: Fits): Promise<unknown>
}

export function makeActions(ports: ActionPorts): Actions {
  return {
    preview: (principal, action, params) => issuePreview(ports, principal, action, params),
    async read(principal, token) {
      const digest = digestOfToken(ports, token)
      return ports.sql.transaction({ tenantId: principal.tenantId }, (tx) =>
        readUsable(ports, tx, principal, token, digest),
      )
    },
    confirm: (principal, action, token, fits) =>
      confirmPreview(ports, principal, action, token, fits ?? (() => true)),
  }
}

async function issuePreview(
  ports: ActionPorts,
  principal: Principal,
  action: Action,
  params: Json,
): Promise<IssuedPreview> {
  assertRole(principal, action)
  const call = await action.open(principal, params)
  return ports.sql.transaction({ tenantId: principal.tenantId }, async (tx) =>
    keepPreview(ports, tx, principal, action, params, await call.preview(tx)),
  )
}

async function keepPreview(
  ports: ActionPorts,
  tx: SqlTx,
  { id, tenantId }: Principal,
  action: Action,
  params: Json,
  preview: ActionPreview,
): Promise<IssuedPreview> {
  const nowMs = ports.clock.nowMs()
  const shown = {
    action: action.name,
    principal: id,
    params,
    preview,
    createdAt: new Date(nowMs).toISOString(),
    expiresAt: new Date(nowMs + TOKEN_LIFETIME_MS).toISOString(),
    nonce: hexOf(ports.random.bytes(NONCE_BYTES)),
    asksSecondPerson: action.asksSecondPerson === true && preview.risk === 'high',
  }
  const token = mintToken(ports.digest, ports.confirmSecret, { ...shown, tenantId })
  const digest = digestOfToken(ports, token)
  await insertPreview(tx, tenantId, digest, shown)
  const { expiresAt } = shown
  await appendFact(ports, tx, tenantId, 'action.previewed', id, {
    action: action.name,
    changes: preview.changes.length,
    expiresAt,
    policy: preview.policy,
    risk: preview.risk,
    ...(shown.asksSecondPerson ? { asksSecondPerson: true } : {}),
    token: digest,
  })
  return {
    ...preview,
    action: action.name,
    token,
    expiresAt,
    ...(shown.asksSecondPerson ? { asksSecondPerson: true } : {}),
  }
}

async function confirmPreview(
  ports: ActionPorts,
  principal: Principal,
  action: Action,
  token: string,
  fits: Fits,
): Promise<unknown> {
  const { tenantId } = principal
  const digest = digestOfToken(ports, token)
  const read = (tx: SqlTx): Promise<StoredPreview> =>
    readUsable(ports, tx, principal, token, digest)
  const shown = await ports.sql.transaction({ tenantId }, read)
  if (shown.action !== action.name || !fits(shown.params)) {
    throw actionFault(
      'ACTION_TOKEN_FOREIGN',
      `expected the token of this action with these parameters, got one shown for something else (${shown.action})`,
    )
  }
  assertRole(principal, action)
  await assertSecondPerson(ports, principal, shown)
  const call = await action.open(principal, shown.params)
  let isWorkDone = false
  const confirm = async (tx: SqlTx) => {
    isWorkDone = false
    const now = await call.preview(tx)
    const isCurrent = isSameState(now, shown.preview)
    const at = new Date(ports.clock.nowMs()).toISOString()
    // Whoever comes second waits for this row, and then finds it closed.
    if (!(await closePreview(tx, tenantId, digest, isCurrent ? 'confirmed' : 'void', at)))
      throw usedUp(shown)
    if (!isCurrent) {
      await appendFact(ports, tx, tenantId, 'action.refused', principal.id, {
        action: action.name,
        reason: 'state changed',
        token: digest,
      })
      return { fresh: await keepPreview(ports, tx, principal, action, shown.params, now) }
    }
    const result = await call.carryOut(tx, { previewedBy: shown.principal })
    await appendFact(ports, tx, tenantId, 'action.confirmed', principal.id, {
      action: action.name,
      ...(shown.asksSecondPerson ? { previewedBy: shown.principal } : {}),
      token: digest,
    })
    isWorkDone = true
    return { result }
  }
  const ended = await ports.sql.transaction({ tenantId }, confirm).catch(async (error: unknown) => {
    // How a commit ended that failed nobody knows; before it, nothing of this is there.
    if (!isWorkDone) await call.takeBack?.()
    throw error
  })
  if ('result' in ended) return ended.result
  throw actionFault(
    'ACTION_STATE_CHANGED',
    `expected what the token was shown for; since then something changed, and now it would be: ${ended.fresh.summary}`,
    { details: { preview: ended.fresh } },
  )
}

async function readUsable(
  ports: ActionPorts,
  tx: SqlTx,
  { id, tenantId }: Principal,
  token: string,
  digest: ContentDigest,
): Promise<StoredPreview> {
  const shown = await selectPreview(tx, tenantId, digest)
  // The row must still say what the token was made from, and the token must have been shown to this principal, or have been
  // made for somebody else of the tenant to confirm.
  const isTheirs = shown?.principal === id || shown?.asksSecondPerson === true
  if (shown === undefined || !isTheirs || tokenOf(ports, shown, tenantId) !== token) {
    throw actionFault(
      'ACTION_TOKEN_UNKNOWN',
      'expected a token that was shown to you here, got one that was not, or not like this',
    )
  }
  if (shown.outcome !== null) throw usedUp(shown)
  if (ports.clock.nowMs() > Date.parse(shown.expiresAt)) {
    throw actionFault('ACTION_TOKEN_EXPIRED', `expected a token until ${shown.expiresAt}`)
  }
  return shown
}

/** The token that the row gives. */
function tokenOf(ports: ActionPorts, shown: StoredPreview, tenantId: string): string {
  const { outcome: _outcome, ...terms } = shown
  return mintToken(ports.digest, ports.confirmSecret, { ...terms, tenantId })
}

/** Default deny: whoever is not known to be an admin is none. */
function assertRole(principal: Principal | Caller, { name, access }: Action): void {
  if (access !== 'admin' || ('role' in principal && principal.role === 'admin')) return
  throw actionFault('ACTION_ROLE_REFUSED', `expected an admin for ${name}`)
}

/**
 * The operator is exempt: whoever holds the key of the data folder can make as many other keys as they like, and a rule
 * that they can step around at once would only look like one. The ledger says that it was one hand.
 */
async function assertSecondPerson(
  { areOneHand }: ActionPorts,
  principal: Principal | Caller,
  { asksSecondPerson, principal: first, action }: StoredPreview,
): Promise<void> {
  if (!asksSecondPerson) return
  if ('credential' in principal && principal.credential === 'operator') return
  if (!(await areOneHand(principal.tenantId, first, principal.id))) return
  throw actionFault(
    'ACTION_SECOND_PERSON_NEEDED',
    `expected somebody else than ${first} to confirm ${action}, got them, or a key that they made`,
  )
}

function usedUp(shown: StoredPreview): Error {
  return actionFault(
    'ACTION_TOKEN_USED',
    `expected a token that nobody used, this one of ${shown.action} is closed (${shown.outcome ?? 'by somebody else just now'})`,
  )
}

function digestOfToken(ports: ActionPorts, token: string): ContentDigest {
  return contentDigest(ports.digest.sha256(utf8Bytes(token)))
}

async function appendFact(
  ports: ActionPorts,
  tx: SqlTx,
  tenantId: string,
  type: 'action.previewed' | 'action.confirmed' | 'action.refused',
  actor: string,
  payload: { readonly action: string; readonly [key: string]: Json },
): Promise<void> {
  const subject = payload.action
  await ports.ledger.appendInTx(tx, tenantId, [{ type, actor, subject, payload, refs: [] }])
}
