// Use cases of messages: send the same thing once over each channel, look at what became of it, begin dead ones again.
import { beginAgain } from '../kernel/index.ts'
import type { Principal, SqlTx } from '../kernel/index.ts'
import { channelWords } from './attempt-end.ts'
import { findChannel } from './channels.ts'
import { notifyWish } from './deliver.ts'
import type { DeliverPorts } from './deliver.ts'
import { notificationFault } from './errors.ts'
import { insertMessage, selectMessage, selectMessages, updateToPending } from './message-store.ts'
import { channelSubject } from './model.ts'
import type { MessageState, Notice, StoredChannel, StoredMessage } from './model.ts'
import { contentHashOf, harmlessNotice, messageIdOf, topicOf } from './notice.ts'
import type { RowPage } from '../web/index.ts'

export interface SentMessage {
  readonly channel: string
  readonly messageId: string
  readonly contentHash: string
  /** The same was sent over this channel before: nothing is sent now. */
  readonly isRepeat: boolean
  readonly state: MessageState
}

export class Messages {
  readonly #ports: DeliverPorts

  constructor(ports: DeliverPorts) {
    this.#ports = ports
  }

  /** All of them or none. @throws NOTIFICATION_CHANNEL_UNKNOWN, NOTIFICATION_CHANNEL_REFUSED, NOTIFICATION_MESSAGE_REFUSED */
  send(
    principal: Principal,
    channels: readonly string[],
    wish: Notice,
    origin = 'send',
  ): Promise<readonly SentMessage[]> {
    const { tenantId } = principal
    const topic = topicOf(this.#ports.digest, wish.topic)
    const notice = harmlessNotice({ ...wish, topic })
    if (notice.title === '')
      throw notificationFault('NOTIFICATION_MESSAGE_REFUSED', 'expected a title that shows')
    const work = async (tx: SqlTx): Promise<readonly SentMessage[]> => {
      // Every channel before the ledger's turn, as attempts that end take them; sorted, so that two who send to the same channels
      // wait for each other and never each for the other.
      const found: StoredChannel[] = []
      for (const name of [...new Set(channels)].toSorted())
        found.push(await findChannel(tx, tenantId, name, 'for no key update'))
      const sent: SentMessage[] = []
      for (const channel of found)
        sent.push(await this.#sendOver(tx, tenantId, channel, notice, origin))
      const fresh = sent.flatMap(({ isRepeat, messageId, contentHash: content }, at) =>
        isRepeat ? [] : [{ channel: found[at]!, message: messageId, content }],
      )
      if (fresh.length > 0)
        await this.#ports.jobs.enqueue(
          tx,
          fresh.map(({ channel }) => notifyWish(tenantId, channel.id)),
        )
      const facts = fresh.map(({ channel, ...message }) => ({
        type: 'notification.asked',
        actor: principal.id,
        subject: channelSubject(channel.id),
        payload: { ...channelWords(channel), ...message, topic, origin },
        refs: [],
      }))
      if (facts.length > 0) await this.#ports.ledger.appendInTx(tx, tenantId, facts)
      return sent
    }
    return beginAgain(() => this.#inTenant(tenantId, work))
  }

  /** Newest first. @throws NOTIFICATION_CHANNEL_UNKNOWN */
  list(
    tenantId: string,
    channel: string,
    state: MessageState | undefined,
    page?: RowPage,
  ): Promise<readonly StoredMessage[]> {
    return this.#inTenant(tenantId, async (tx) => {
      const { id } = await findChannel(tx, tenantId, channel, '')
      return selectMessages(tx, tenantId, id, state, page)
    })
  }

  /** Begins what was given up again, under its ids. @param messageId one of them; all when undefined */
  replay(
    principal: Principal,
    channel: string,
    messageId: string | undefined,
  ): Promise<readonly string[]> {
    const { tenantId } = principal
    return this.#inTenant(tenantId, async (tx) => {
      const found = await findChannel(tx, tenantId, channel, 'for no key update')
      const nowMs = this.#ports.clock.nowMs()
      const ids = await updateToPending(tx, tenantId, found.id, messageId ?? '', nowMs)
      if (ids.length === 0 && messageId !== undefined)
        throw notificationFault(
          'NOTIFICATION_MESSAGE_REFUSED',
          `expected a message that was given up, got ${JSON.stringify(messageId.slice(0, 60))}`,
        )
      if (ids.length === 0) return []
      await this.#ports.jobs.enqueue(tx, [notifyWish(tenantId, found.id)])
      const payload = { ...channelWords(found), messages: ids.slice(0, 100), count: ids.length }
      await this.#tell(tx, principal, found.id, 'notification.replayed', payload)
      return ids
    })
  }

  async #sendOver(
    tx: SqlTx,
    tenantId: string,
    channel: StoredChannel,
    notice: Notice,
    origin: string,
  ): Promise<SentMessage> {
    const { digest, clock } = this.#ports
    const { name } = channel
    if (!channel.isEnabled)
      throw notificationFault(
        'NOTIFICATION_CHANNEL_REFUSED',
        `expected a channel that is enabled, got ${name}`,
      )
    const contentHash = contentHashOf(digest, notice)
    const id = messageIdOf(digest, channel.id, contentHash)
    const message = { id, channelId: channel.id, topic: notice.topic, origin, notice, contentHash }
    const about = { channel: name, messageId: id, contentHash }
    if (!(await insertMessage(tx, tenantId, message, clock.nowMs()))) {
      const before = await selectMessage(tx, tenantId, channel.id, id)
      return { ...about, isRepeat: true, state: before?.state ?? 'pending' }
    }
    return { ...about, isRepeat: false, state: 'pending' }
  }

  async #tell(
    tx: SqlTx,
    { id: actor, tenantId }: Principal,
    channelId: string,
    type: string,
    payload: object,
  ): Promise<void> {
    const fact = { type, actor, subject: channelSubject(channelId), payload, refs: [] }
    await this.#ports.ledger.appendInTx(tx, tenantId, [fact])
  }

  #inTenant<T>(tenantId: string, work: (tx: SqlTx) => Promise<T>): Promise<T> {
    return this.#ports.sql.transaction({ tenantId }, work)
  }
}
