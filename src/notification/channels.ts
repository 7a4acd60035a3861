// Use cases of channels: add, change, remove, and the test that shows what a channel can prove. Row and ledger fact are one transaction.
import { hexOf, UUID_CHANCE_BYTES, uuidV7 } from '../kernel/index.ts'
import type { Principal, SqlTx } from '../kernel/index.ts'
import { WELL } from '../webhook/index.ts'
import type { EndpointSecrets } from '../webhook/index.ts'
import { channelWords, writeHealth } from './attempt-end.ts'
import { readTarget } from './channel-target.ts'
import type { ChannelTarget } from './channel-target.ts'
import { testedOf, testEnd, testMessage } from './channel-test.ts'
import type { ChannelTest } from './channel-test.ts'
import { notifyWish } from './deliver.ts'
import type { DeliverPorts } from './deliver.ts'
import { notificationFault } from './errors.ts'
import { insertMessage, updateMessageEnd } from './message-store.ts'
import { CHANNEL_LIMIT_COUNT, channelSubject } from './model.ts'
import type { StoredChannel } from './model.ts'
import { sealPurpose, sendOver } from './sending.ts'
import {
  deleteChannel,
  lockChannel,
  selectChannelNamed,
  selectChannels,
  upsertChannel,
} from './store.ts'
import type { ChannelLock } from './store.ts'
import { channelSecrets } from './webhook-channel.ts'
import type { RowPage } from '../web/index.ts'

const NONCE_BYTES = 8

export interface ChannelWish {
  readonly name: string
  readonly ratePerMinute: number
  readonly target: ChannelTarget
}

export interface ChannelChange {
  readonly name?: string
  readonly ratePerMinute?: number
  readonly isEnabled?: boolean
  readonly target?: ChannelTarget
}

export class Channels {
  readonly #ports: DeliverPorts

  constructor(ports: DeliverPorts) {
    this.#ports = ports
  }

  /** By name; every channel, or one page. */
  list(tenantId: string, page?: RowPage): Promise<readonly StoredChannel[]> {
    return this.#inTenant(tenantId, (tx) => selectChannels(tx, tenantId, page))
  }

  /** @throws NOTIFICATION_CHANNEL_UNKNOWN */
  get(tenantId: string, name: string): Promise<StoredChannel> {
    return this.#inTenant(tenantId, (tx) => findChannel(tx, tenantId, name, ''))
  }

  /** @throws NOTIFICATION_CHANNEL_REFUSED, NOTIFICATION_CHANNEL_TAKEN, NOTIFICATION_LIMIT_REACHED */
  async add(
    principal: Principal,
    { name, ratePerMinute, target }: ChannelWish,
  ): Promise<StoredChannel> {
    const { clock, random, seal } = this.#ports
    const { tenantId } = principal
    const { settings, secret } = readTarget(this.#ports, target)
    const nowMs = clock.nowMs()
    const id = uuidV7(nowMs, random.bytes(UUID_CHANCE_BYTES))
    const stored: StoredChannel = {
      ...WELL,
      id,
      name,
      kind: target.kind,
      settings,
      sealed: seal.close(sealPurpose(tenantId, id), JSON.stringify(secret)),
      ratePerMinute,
      isEnabled: true,
      createdAt: new Date(nowMs).toISOString(),
      createdBy: principal.id,
    }
    return this.#inTenant(tenantId, async (tx) => {
      if ((await selectChannels(tx, tenantId)).length >= CHANNEL_LIMIT_COUNT)
        throw notificationFault(
          'NOTIFICATION_LIMIT_REACHED',
          `expected at most ${CHANNEL_LIMIT_COUNT} channels`,
        )
      await this.#write(tx, principal, stored, 'notification.channel-added')
      return stored
    })
  }

  /** @throws NOTIFICATION_CHANNEL_UNKNOWN, NOTIFICATION_CHANNEL_REFUSED, NOTIFICATION_CHANNEL_TAKEN */
  change(principal: Principal, name: string, changes: ChannelChange): Promise<StoredChannel> {
    const { tenantId } = principal
    const { target, ...rest } = changes
    return this.#inTenant(tenantId, async (tx) => {
      const before = await findChannel(tx, tenantId, name, 'for update')
      if (target !== undefined && target.kind !== before.kind)
        throw notificationFault(
          'NOTIFICATION_CHANNEL_REFUSED',
          `expected settings of kind ${before.kind}, got ${target.kind}: a channel keeps its kind`,
        )
      const read = target === undefined ? undefined : readTarget(this.#ports, target)
      const stored: StoredChannel = {
        ...before,
        ...rest,
        ...(read === undefined
          ? {}
          : {
              settings: read.settings,
              sealed: this.#ports.seal.close(
                sealPurpose(tenantId, before.id),
                JSON.stringify(read.secret),
              ),
            }),
        // Its rests stay counted: one that is enabled again and fails again must not be hammered from the start.
        ...(read !== undefined || rest.isEnabled === true ? { failures: 0, isResting: false } : {}),
      }
      // Its job may sleep as long as the rest that it knows of; of one that was disabled it gives up what waits.
      if (read !== undefined || rest.isEnabled !== undefined)
        await this.#ports.jobs.enqueue(tx, [notifyWish(tenantId, before.id)])
      await this.#write(tx, principal, stored, 'notification.channel-changed')
      return stored
    })
  }

  /** @throws NOTIFICATION_CHANNEL_UNKNOWN */
  remove(principal: Principal, name: string): Promise<void> {
    const { tenantId } = principal
    return this.#inTenant(tenantId, async (tx) => {
      const before = await findChannel(tx, tenantId, name, 'for update')
      await deleteChannel(tx, tenantId, before.id)
      await this.#tell(tx, principal, before, 'notification.channel-removed', {})
    })
  }

  /** What a receiver of a channel of kind webhook verifies with. */
  secrets(tenantId: string, channelId: string): EndpointSecrets {
    return channelSecrets(this.#ports, tenantId, channelId)
  }

  /** Sends a nonce now, once, and says what the channel's answer proves. @throws NOTIFICATION_CHANNEL_UNKNOWN, NOTIFICATION_CHANNEL_REFUSED */
  async test(
    principal: Principal,
    name: string,
    keep?: (tx: SqlTx, tested: ChannelTest) => Promise<void>,
  ): Promise<ChannelTest> {
    const { tenantId } = principal
    const { clock, random } = this.#ports
    const channel = await this.get(tenantId, name)
    if (!channel.isEnabled)
      throw notificationFault('NOTIFICATION_CHANNEL_REFUSED', 'expected a channel that is enabled')
    const nonce = hexOf(random.bytes(NONCE_BYTES))
    const beganMs = clock.nowMs()
    const message = testMessage(this.#ports, channel, nonce, beganMs)
    const end = await sendOver(
      this.#ports,
      tenantId,
      channel,
      message,
      new AbortController().signal,
    )
    const endedMs = clock.nowMs()
    const tested = testedOf(channel, message.id, nonce, end, endedMs - beganMs)
    await this.#inTenant(tenantId, async (tx) => {
      const now = await lockChannel(tx, tenantId, channel.id)
      if (now === undefined) return
      await insertMessage(tx, tenantId, message, beganMs)
      const attempt = { channel, message, beganMs, endedMs, end }
      await updateMessageEnd(tx, tenantId, channel.id, message.id, testEnd(attempt))
      // Nothing of what was on its way before the rest: it was sent to see whether the rest may end.
      const isBack = now.isResting && end.outcome === 'arrived'
      const from = isBack ? { ...now, isResting: false } : now
      const told = await writeHealth(this.#ports.actor, tx, tenantId, attempt, from)
      if (isBack) await this.#ports.jobs.enqueue(tx, [notifyWish(tenantId, channel.id)])
      if (told.length > 0) await this.#ports.ledger.appendInTx(tx, tenantId, told)
      await this.#tell(tx, principal, channel, 'notification.tested', {
        ...tested,
        content: message.contentHash,
      })
      await keep?.(tx, tested)
    })
    return tested
  }

  #inTenant<T>(tenantId: string, work: (tx: SqlTx) => Promise<T>): Promise<T> {
    return this.#ports.sql.transaction({ tenantId }, work)
  }

  async #write(
    tx: SqlTx,
    principal: Principal,
    stored: StoredChannel,
    type: string,
  ): Promise<void> {
    if (!(await upsertChannel(tx, principal.tenantId, stored)))
      throw notificationFault(
        'NOTIFICATION_CHANNEL_TAKEN',
        `expected a name that no channel has, got ${stored.name}`,
      )
    const { ratePerMinute, isEnabled, settings } = stored
    const host = settings['host'] ?? null
    await this.#tell(tx, principal, stored, type, { ratePerMinute, isEnabled, host })
  }

  async #tell(
    tx: SqlTx,
    { id: actor, tenantId }: Principal,
    channel: StoredChannel,
    type: string,
    more: object,
  ): Promise<void> {
    const payload = { ...more, ...channelWords(channel) }
    const fact = { type, actor, subject: channelSubject(channel.id), payload, refs: [] }
    await this.#ports.ledger.appendInTx(tx, tenantId, [fact])
  }
}

/** @throws NOTIFICATION_CHANNEL_UNKNOWN */
export async function findChannel(
  tx: SqlTx,
  tenantId: string,
  name: string,
  lock: ChannelLock,
): Promise<StoredChannel> {
  const found = await selectChannelNamed(tx, tenantId, name, lock)
  if (found !== undefined) return found
  throw notificationFault(
    'NOTIFICATION_CHANNEL_UNKNOWN',
    `expected a channel of this tenant, got ${JSON.stringify(name.slice(0, 60))}`,
  )
}
