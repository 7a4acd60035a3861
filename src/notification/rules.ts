// Use cases of rules: which facts of the ledger go over which channels.
import type { Principal, SqlTx } from '../kernel/index.ts'
import { findChannel } from './channels.ts'
import type { DeliverPorts } from './deliver.ts'
import { notificationFault } from './errors.ts'
import { followForesight } from './foresight.ts'
import type { RuleEvent } from './rule-events.ts'
import { deleteRule, selectRules, upsertRule } from './rule-store.ts'
import type { StoredRule } from './rule-store.ts'
import { selectChannels } from './store.ts'
import type { RowPage } from '../web/index.ts'

const RULE_LIMIT_COUNT = 100

export interface RuleWish {
  readonly events: readonly RuleEvent[]
  readonly channels: readonly string[]
  readonly subject: string
  readonly quietMinutes: number
}

/** A rule as people see it. */
export interface ShownRule extends RuleWish {
  readonly name: string
  readonly createdAt: string
  readonly createdBy: string
}

export class Rules {
  readonly #ports: DeliverPorts

  constructor(ports: DeliverPorts) {
    this.#ports = ports
  }

  /** By name; every rule, or one page. */
  list(tenantId: string, page?: RowPage): Promise<readonly ShownRule[]> {
    return this.#inTenant(tenantId, async (tx) => {
      const names = new Map(
        (await selectChannels(tx, tenantId)).map(({ id, name }) => [id, name] as const),
      )
      return (await selectRules(tx, tenantId, page)).map((rule) => shown(rule, names))
    })
  }

  /** It hears of facts from its making on. @throws NOTIFICATION_CHANNEL_UNKNOWN, NOTIFICATION_LIMIT_REACHED */
  set(principal: Principal, name: string, wish: RuleWish): Promise<ShownRule> {
    const { tenantId } = principal
    const { channels, ...rest } = wish
    return this.#inTenant(tenantId, async (tx) => {
      const known = await selectRules(tx, tenantId)
      const before = known.find((each) => each.name === name)
      if (before === undefined && known.length >= RULE_LIMIT_COUNT)
        throw notificationFault(
          'NOTIFICATION_LIMIT_REACHED',
          `expected at most ${RULE_LIMIT_COUNT} rules`,
        )
      const names = new Map<string, string>()
      for (const channel of [...new Set(channels)].toSorted())
        names.set((await findChannel(tx, tenantId, channel, 'for no key update')).id, channel)
      const stored: StoredRule = {
        name,
        ...rest,
        channelIds: [...names.keys()],
        createdAt: before?.createdAt ?? new Date(this.#ports.clock.nowMs()).toISOString(),
        createdBy: before?.createdBy ?? principal.id,
      }
      await upsertRule(tx, tenantId, stored)
      const now = [...known.filter((each) => each.name !== name), stored]
      await followForesight(this.#ports, tx, tenantId, now, principal.id)
      await this.#tell(tx, principal, 'notification.rule-set', name, wish)
      return shown(stored, names)
    })
  }

  /** @throws NOTIFICATION_RULE_UNKNOWN */
  remove(principal: Principal, name: string): Promise<void> {
    const { tenantId } = principal
    return this.#inTenant(tenantId, async (tx) => {
      if (!(await deleteRule(tx, tenantId, name)))
        throw notificationFault(
          'NOTIFICATION_RULE_UNKNOWN',
          `expected a rule of this tenant, got ${JSON.stringify(name.slice(0, 60))}`,
        )
      const left = await selectRules(tx, tenantId)
      await followForesight(this.#ports, tx, tenantId, left, principal.id)
      await this.#tell(tx, principal, 'notification.rule-removed', name, {})
    })
  }

  #inTenant<T>(tenantId: string, work: (tx: SqlTx) => Promise<T>): Promise<T> {
    return this.#ports.sql.transaction({ tenantId }, work)
  }

  async #tell(
    tx: SqlTx,
    { id: actor, tenantId }: Principal,
    type: string,
    name: string,
    more: object,
  ): Promise<void> {
    const fact = { type, actor, subject: `rule/${name}`, payload: { name, ...more }, refs: [] }
    await this.#ports.ledger.appendInTx(tx, tenantId, [fact])
  }
}

/** A channel that was removed is in no rule any more. */
function shown({ channelIds, ...rest }: StoredRule, names: ReadonlyMap<string, string>): ShownRule {
  return { ...rest, channels: channelIds.flatMap((id) => names.get(id) ?? []) }
}
