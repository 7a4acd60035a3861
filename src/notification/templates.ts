// Use cases of templates: set, preview and send what is filled from the ledger's facts of a release.
import { canonicalBytes, contentDigest } from '../kernel/index.ts'
import type { Principal, SqlTx } from '../kernel/index.ts'
import type { DeliverPorts } from './deliver.ts'
import { notificationFault } from './errors.ts'
import { plainLine, textOfMarkup } from './markup.ts'
import type { Messages, SentMessage } from './messages.ts'
import type { Notice, Urgency } from './model.ts'
import { contentHashOf, harmlessNotice } from './notice.ts'
import { readReleaseSlots, RELEASE_SLOTS } from './release-facts.ts'
import { parseTemplate, renderTemplate } from './template.ts'
import { deleteTemplate, selectTemplates, upsertTemplate } from './template-store.ts'
import type { StoredTemplate } from './template-store.ts'
import type { RowPage } from '../web/index.ts'

const TEMPLATE_LIMIT_COUNT = 100

export interface Filling {
  readonly release: string
  /** Values of `given.NAME`. */
  readonly given: Readonly<Record<string, string>>
  readonly urgency: Urgency
}

export interface FilledTemplate {
  readonly template: string
  readonly templateHash: string
  readonly notice: Notice
  readonly contentHash: string
}

export class Templates {
  readonly #ports: DeliverPorts
  readonly #messages: Messages

  constructor(ports: DeliverPorts, messages: Messages) {
    this.#ports = ports
    this.#messages = messages
  }

  /** By name; every template, or one page. */
  list(tenantId: string, page?: RowPage): Promise<readonly StoredTemplate[]> {
    return this.#inTenant(tenantId, (tx) => selectTemplates(tx, tenantId, page))
  }

  /** @throws NOTIFICATION_TEMPLATE_REFUSED, NOTIFICATION_LIMIT_REACHED */
  async set(
    principal: Principal,
    name: string,
    { title, text }: { readonly title: string; readonly text: string },
  ): Promise<StoredTemplate> {
    const { digest, clock } = this.#ports
    const { tenantId } = principal
    parseTemplate(title, { ...RELEASE_SLOTS, lists: {} })
    parseTemplate(text, RELEASE_SLOTS)
    const stored: StoredTemplate = {
      name,
      title,
      text,
      contentHash: contentDigest(digest.sha256(canonicalBytes({ title, text }))),
      changedAt: new Date(clock.nowMs()).toISOString(),
      changedBy: principal.id,
    }
    return this.#inTenant(tenantId, async (tx) => {
      const known = await selectTemplates(tx, tenantId)
      if (known.length >= TEMPLATE_LIMIT_COUNT && !known.some((each) => each.name === name))
        throw notificationFault(
          'NOTIFICATION_LIMIT_REACHED',
          `expected at most ${TEMPLATE_LIMIT_COUNT} templates`,
        )
      await upsertTemplate(tx, tenantId, stored)
      await this.#tell(tx, principal, 'notification.template-set', {
        name,
        content: stored.contentHash,
      })
      return stored
    })
  }

  /** @throws NOTIFICATION_TEMPLATE_UNKNOWN */
  remove(principal: Principal, name: string): Promise<void> {
    const { tenantId } = principal
    return this.#inTenant(tenantId, async (tx) => {
      if (!(await deleteTemplate(tx, tenantId, name))) throw unknown(name)
      await this.#tell(tx, principal, 'notification.template-removed', { name })
    })
  }

  /** @throws NOTIFICATION_TEMPLATE_UNKNOWN, NOTIFICATION_TEMPLATE_REFUSED, NOTIFICATION_RELEASE_UNKNOWN */
  async fill(tenantId: string, name: string, filling: Filling): Promise<FilledTemplate> {
    const template = (await this.list(tenantId)).find((each) => each.name === name)
    if (template === undefined) throw unknown(name)
    const { release, given, urgency } = filling
    const slots = await readReleaseSlots(this.#ports.ledger, tenantId, release)
    const rows = Object.entries(given).map(([key, value]) => [`given.${key}`, value])
    const values = { ...slots, ...(Object.fromEntries(rows) as Readonly<Record<string, string>>) }
    const title = renderTemplate(parseTemplate(template.title, RELEASE_SLOTS), values)
    const notice = harmlessNotice({
      title: plainLine(textOfMarkup(title)),
      text: renderTemplate(parseTemplate(template.text, RELEASE_SLOTS), values),
      fields: [],
      urgency,
      topic: `release/${release}`,
    })
    return {
      template: name,
      templateHash: template.contentHash,
      notice,
      contentHash: contentHashOf(this.#ports.digest, notice),
    }
  }

  /** As filled now; the same content goes over a channel once. */
  async send(
    principal: Principal,
    name: string,
    filling: Filling,
    channels: readonly string[],
  ): Promise<readonly SentMessage[]> {
    const { notice, templateHash } = await this.fill(principal.tenantId, name, filling)
    return this.#messages.send(principal, channels, notice, `template ${name} ${templateHash}`)
  }

  #inTenant<T>(tenantId: string, work: (tx: SqlTx) => Promise<T>): Promise<T> {
    return this.#ports.sql.transaction({ tenantId }, work)
  }

  async #tell(
    tx: SqlTx,
    { id: actor, tenantId }: Principal,
    type: string,
    payload: { readonly name: string; readonly content?: string },
  ): Promise<void> {
    const fact = { type, actor, subject: `template/${payload.name}`, payload, refs: [] }
    await this.#ports.ledger.appendInTx(tx, tenantId, [fact])
  }
}

function unknown(name: string) {
  return notificationFault(
    'NOTIFICATION_TEMPLATE_UNKNOWN',
    `expected a template of this tenant, got ${JSON.stringify(name.slice(0, 60))}`,
  )
}
