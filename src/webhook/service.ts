// Use cases of webhooks: endpoints, their secrets, tests, deliveries and replays. Row and ledger fact are one transaction.
import { UUID_CHANCE_BYTES, uuidV7 } from '../kernel/index.ts'
import type { Clock, GuardedFetch, Jobs, Principal, Random, Sql, SqlTx } from '../kernel/index.ts'
import { SeaworthyError } from '../kernel/index.ts'
import type { Ledger } from '../ledger/index.ts'
import {
  countReplay,
  countUndelivered,
  selectDeliveries,
  updateToDue,
  updateToReplay,
} from './delivery-store.ts'
import type { ReplayCount, ReplayRange } from './delivery-store.ts'
import { webhookFault } from './errors.ts'
import {
  ENDPOINT_LIMIT_COUNT,
  isKindPattern,
  endpointSubject,
  PAGE_LIMIT_COUNT,
  TEST_TYPE,
} from './model.ts'
import type { EndpointWish, StoredEndpoint } from './model.ts'
import { deliverWish } from './outbox.ts'
import { publicKeyOf, secretsOf } from './secrets.ts'
import type { SecretPorts } from './secrets.ts'
import { deleteEndpoint, lockEndpoint, selectEndpoints, upsertEndpoint } from './store.ts'
import { assertBreaker } from './breaker-terms.ts'
import { USUAL_BREAKER, WELL } from './cool-down.ts'
import type { RowPage } from '../web/index.ts'

export interface WebhookPorts extends SecretPorts {
  readonly sql: Sql
  readonly clock: Clock
  readonly random: Random
  readonly ledger: Ledger
  readonly jobs: Jobs
  readonly fetch: GuardedFetch
}

/** What an endpoint's receiver needs to verify; newest secret first. */
export interface EndpointSecrets {
  readonly secrets: readonly string[]
  readonly publicKey: string
}

export interface Replayed extends ReplayCount {
  readonly isDryRun: boolean
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export class Webhooks {
  readonly #ports: WebhookPorts

  constructor(ports: WebhookPorts) {
    this.#ports = ports
  }

  /** The oldest first; every endpoint, or one page. */
  list(tenantId: string, page?: RowPage): Promise<readonly StoredEndpoint[]> {
    return this.#inTenant(tenantId, (tx) => selectEndpoints(tx, tenantId, page))
  }

  /** @throws WEBHOOK_ENDPOINT_REFUSED, WEBHOOK_LIMIT_REACHED */
  async create(principal: Principal, wish: EndpointWish): Promise<StoredEndpoint> {
    const { clock, random } = this.#ports
    this.#assertUsable(wish)
    const nowMs = clock.nowMs()
    const stored: StoredEndpoint = {
      ...wish,
      ...WELL,
      breaker: { ...USUAL_BREAKER, ...wish.breaker },
      id: uuidV7(nowMs, random.bytes(UUID_CHANCE_BYTES)),
      isEnabled: true,
      disabledReason: null,
      secretVersion: 1,
      previousUntilMs: null,
      createdAt: new Date(nowMs).toISOString(),
      createdBy: principal.id,
    }
    return this.#inTenant(principal.tenantId, async (tx) => {
      const known = await selectEndpoints(tx, principal.tenantId)
      if (known.length >= ENDPOINT_LIMIT_COUNT)
        throw webhookFault(
          'WEBHOOK_LIMIT_REACHED',
          `expected at most ${ENDPOINT_LIMIT_COUNT} endpoints`,
        )
      await this.#write(tx, principal, stored, 'webhook.endpoint-created')
      return stored
    })
  }

  /** @throws WEBHOOK_ENDPOINT_UNKNOWN, WEBHOOK_ENDPOINT_REFUSED */
  change(
    principal: Principal,
    id: string,
    changes: Partial<EndpointWish & Pick<StoredEndpoint, 'isEnabled'>>,
  ): Promise<StoredEndpoint> {
    return this.#inTenant(principal.tenantId, async (tx) => {
      const before = await this.#lock(tx, principal.tenantId, id)
      const isMoved = changes.url !== undefined && changes.url !== before.url
      // Whoever answers at another address has not failed, nor asked for patience.
      const breaker = { ...before.breaker, ...changes.breaker }
      const after = { ...before, ...changes, breaker, ...(isMoved ? WELL : {}) }
      this.#assertUsable(after)
      // Its rests stay counted: one that is enabled again and fails again must not be hammered from the start.
      const stored: StoredEndpoint =
        changes.isEnabled === true
          ? { ...after, disabledReason: null, failures: 0, isResting: false }
          : changes.isEnabled === false
            ? { ...after, disabledReason: `${principal.id} disabled it` }
            : after
      if (isMoved) await updateToDue(tx, principal.tenantId, id, this.#ports.clock.nowMs())
      // Its job may sleep as long as the rest that it knows of; of one that was disabled it gives up what waits.
      if (isMoved || changes.isEnabled !== undefined)
        await this.#ports.jobs.enqueue(tx, [deliverWish(principal.tenantId, id)])
      await this.#write(
        tx,
        principal,
        stored,
        changes.isEnabled === false ? 'webhook.endpoint-disabled' : 'webhook.endpoint-changed',
      )
      return stored
    })
  }

  /** @throws WEBHOOK_ENDPOINT_UNKNOWN, WEBHOOK_CONFIRMATION_REQUIRED */
  remove(principal: Principal, id: string): Promise<void> {
    return this.#inTenant(principal.tenantId, async (tx) => {
      const { undelivered } = await this.foreseeRemoval(tx, principal.tenantId, id)
      if (undelivered > 0)
        throw webhookFault(
          'WEBHOOK_CONFIRMATION_REQUIRED',
          `expected an endpoint without undelivered events, this one has ${undelivered}`,
          { details: { undelivered } },
        )
      await this.removeInTx(tx, principal, id)
    })
  }

  /** What is lost with the endpoint. @throws WEBHOOK_ENDPOINT_UNKNOWN */
  async foreseeRemoval(
    tx: SqlTx,
    tenantId: string,
    id: string,
  ): Promise<{ readonly host: string; readonly undelivered: number }> {
    const { url } = await this.#lock(tx, tenantId, id)
    return { host: new URL(url).host, undelivered: await countUndelivered(tx, tenantId, id) }
  }

  /** The removal of a confirmed preview. @throws WEBHOOK_ENDPOINT_UNKNOWN */
  async removeInTx(tx: SqlTx, principal: Principal, id: string): Promise<void> {
    const before = await this.#lock(tx, principal.tenantId, id)
    await deleteEndpoint(tx, principal.tenantId, id)
    await this.#tell(tx, principal, id, 'webhook.endpoint-removed', {
      host: new URL(before.url).host,
    })
  }

  /**
   * Signs with a new secret from now on, and with the one before as well for a while. @param overlapMs 0 ends all before at once
   * @throws WEBHOOK_ENDPOINT_UNKNOWN, WEBHOOK_ROTATION_UNDER_WAY
   */
  rotate(principal: Principal, id: string, overlapMs: number): Promise<StoredEndpoint> {
    return this.#inTenant(principal.tenantId, async (tx) => {
      const before = await this.#lock(tx, principal.tenantId, id)
      const nowMs = this.#ports.clock.nowMs()
      // Two secrets sign: a third would end the first, which receivers were told still holds.
      if (overlapMs > 0 && nowMs < (before.previousUntilMs ?? 0))
        throw webhookFault(
          'WEBHOOK_ROTATION_UNDER_WAY',
          `expected no rotation whose overlap goes on, this one's ends at ${new Date(before.previousUntilMs ?? 0).toISOString()}`,
        )
      const secretVersion = before.secretVersion + 1
      const stored = { ...before, secretVersion, previousUntilMs: nowMs + overlapMs }
      await upsertEndpoint(tx, principal.tenantId, stored)
      await this.#tell(tx, principal, id, 'webhook.secret-rotated', { secretVersion, overlapMs })
      return stored
    })
  }

  /** @throws WEBHOOK_ENDPOINT_UNKNOWN */
  async secrets(tenantId: string, id: string): Promise<EndpointSecrets> {
    const endpoint = await this.#inTenant(tenantId, (tx) => this.#lock(tx, tenantId, id))
    return {
      secrets: secretsOf(this.#ports, tenantId, endpoint, this.#ports.clock.nowMs()),
      publicKey: publicKeyOf(this.#ports, tenantId, id),
    }
  }

  /**
   * Appends a fact that goes to this endpoint, the whole way that others take.
   * @returns the id of the event @throws WEBHOOK_ENDPOINT_UNKNOWN, WEBHOOK_ENDPOINT_REFUSED
   */
  test(principal: Principal, id: string): Promise<string> {
    return this.#inTenant(principal.tenantId, async (tx) => {
      const { isEnabled } = await this.#lock(tx, principal.tenantId, id)
      if (!isEnabled)
        throw webhookFault('WEBHOOK_ENDPOINT_REFUSED', 'expected an endpoint that is enabled')
      const entryId = await this.#tell(tx, principal, id, TEST_TYPE, { endpoint: id })
      return `evt_${entryId.replaceAll('-', '')}`
    })
  }

  /** Newest first. @throws WEBHOOK_ENDPOINT_UNKNOWN */
  deliveries(
    tenantId: string,
    id: string,
    filter: Parameters<typeof selectDeliveries>[3],
    limit = PAGE_LIMIT_COUNT,
  ): ReturnType<typeof selectDeliveries> {
    return this.#inTenant(tenantId, async (tx) => {
      await this.#lock(tx, tenantId, id)
      return selectDeliveries(tx, tenantId, id, filter, limit)
    })
  }

  /** @throws WEBHOOK_ENDPOINT_UNKNOWN, WEBHOOK_REPLAY_REFUSED */
  replay(
    principal: Principal,
    id: string,
    range: ReplayRange,
    isDryRun: boolean,
  ): Promise<Replayed> {
    const { tenantId } = principal
    return this.#inTenant(tenantId, async (tx) => {
      const { isEnabled } = await this.#lock(tx, tenantId, id)
      if (!isEnabled && !isDryRun)
        throw webhookFault('WEBHOOK_ENDPOINT_REFUSED', 'expected an endpoint that is enabled')
      const counted = await countReplay(tx, tenantId, id, range)
      if (range.eventId !== undefined && counted.count === 0)
        throw webhookFault(
          'WEBHOOK_REPLAY_REFUSED',
          `expected a delivery in ${range.states.join(' or ')} of the event ${range.eventId}`,
        )
      if (isDryRun || counted.count === 0) return { ...counted, isDryRun }
      await updateToReplay(tx, tenantId, id, range, this.#ports.clock.nowMs())
      await this.#ports.jobs.enqueue(tx, [deliverWish(tenantId, id)])
      await this.#tell(tx, principal, id, 'webhook.replayed', { ...range, ...counted })
      return { ...counted, isDryRun }
    })
  }

  #inTenant<T>(tenantId: string, work: (tx: SqlTx) => Promise<T>): Promise<T> {
    return this.#ports.sql.transaction({ tenantId }, work)
  }

  async #lock(tx: SqlTx, tenantId: string, id: string): Promise<StoredEndpoint> {
    const found = UUID.test(id) ? await lockEndpoint(tx, tenantId, id) : undefined
    if (found !== undefined) return found
    throw webhookFault(
      'WEBHOOK_ENDPOINT_UNKNOWN',
      `expected an endpoint of this tenant, got ${JSON.stringify(id.slice(0, 60))}`,
    )
  }

  #assertUsable({ url, kinds, breaker }: Pick<EndpointWish, 'url' | 'kinds' | 'breaker'>): void {
    assertBreaker({ ...USUAL_BREAKER, ...breaker })
    try {
      this.#ports.fetch.admit(url)
    } catch (error) {
      if (!(error instanceof SeaworthyError)) throw error
      throw webhookFault('WEBHOOK_ENDPOINT_REFUSED', error.message, { cause: error })
    }
    const odd = kinds.find((kind) => !isKindPattern(kind))
    if (odd !== undefined || kinds.length === 0)
      throw webhookFault(
        'WEBHOOK_ENDPOINT_REFUSED',
        `expected kinds such as run.finished, release.* or *, got ${JSON.stringify(odd ?? '')}`,
      )
  }

  async #write(
    tx: SqlTx,
    principal: Principal,
    stored: StoredEndpoint,
    type: string,
  ): Promise<void> {
    await upsertEndpoint(tx, principal.tenantId, stored)
    const { url, kinds, isEnabled, hasBodySignature } = stored
    // Receivers put tokens into paths and queries: those are not for the ledger.
    const payload = { host: new URL(url).host, kinds, isEnabled, hasBodySignature }
    await this.#tell(tx, principal, stored.id, type, payload)
  }

  async #tell(
    tx: SqlTx,
    { id: actor, tenantId }: Principal,
    endpointId: string,
    type: string,
    payload: object,
  ): Promise<string> {
    const fact = { type, actor, subject: endpointSubject(endpointId), payload, refs: [] }
    const [entry] = await this.#ports.ledger.appendInTx(tx, tenantId, [fact])
    return entry!.id
  }
}
