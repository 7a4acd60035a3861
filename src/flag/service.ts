// Use cases of switches: define, flip, list, tell nodes. Row, history and ledger fact are one transaction.
import { checkSwitchDefinition, unknownVariant, writeSwitchDocument } from '../guard/index.ts'
import type { Clock, Json, Principal, Sql, SqlTx } from '../kernel/index.ts'
import type { Ledger } from '../ledger/index.ts'
import { flagFault } from './errors.ts'
import {
  checkStoredDefinition,
  describeWord,
  FLAG_LIMIT_COUNT,
  flippedWord,
  isSameWord,
  jsonOfWord,
  needsConfirmation,
  wordAt,
  WORDS_LIMIT_BYTES,
} from './model.ts'
import type { FlipWish, StoredChange, StoredDefinition, StoredSwitch } from './model.ts'
import {
  insertChange,
  insertSwitch,
  lockSwitch,
  measureWords,
  selectChanges,
  selectSwitch,
  selectSwitches,
  updateSwitch,
} from './store.ts'
import type { HistoryPage, SwitchPage } from './store.ts'

export interface FlagPorts {
  readonly sql: Sql
  readonly clock: Clock
  readonly ledger: Ledger
}

/** `isChanged` is false when the switch said so already; then nothing was written. */
export interface Flipped {
  readonly isChanged: boolean
  readonly stored: StoredSwitch
}

export interface Flags {
  /** By name. */
  list(tenantId: string, page?: SwitchPage): Promise<readonly StoredSwitch[]>
  /** @throws FLAG_UNKNOWN */
  read(tenantId: string, name: string): Promise<StoredSwitch>
  /** Newest first. @throws FLAG_UNKNOWN */
  history(tenantId: string, name: string, page?: HistoryPage): Promise<readonly StoredChange[]>
  /** What nodes read: every word, as a document of switches. */
  document(tenantId: string): Promise<string>
  /** Makes a switch at its boot default, or gives one another definition and leaves its word. @throws FLAG_REFUSED, FLAG_LIMIT_REACHED */
  define(
    principal: Principal,
    name: string,
    definition: StoredDefinition,
    reason: string,
  ): Promise<Flipped>
  /** @throws FLAG_UNKNOWN, FLAG_REFUSED, FLAG_VERSION_MOVED, FLAG_CONFIRMATION_REQUIRED */
  flip(principal: Principal, wish: FlipWish): Promise<Flipped>
  /** The flip of a confirmed preview. */
  flipInTx(tx: SqlTx, principal: Principal, wish: FlipWish): Promise<Flipped>
  /** What the flip would do, and whether it asks for a confirmation. */
  foresee(tx: SqlTx, tenantId: string, wish: FlipWish): Promise<Foreseen>
  /** The word that holds now, by this process's clock. */
  holdingWord(stored: StoredSwitch): ReturnType<typeof wordAt>
}

export interface Foreseen {
  readonly stored: StoredSwitch
  readonly from: string
  readonly to: string
  readonly isConfirmed: boolean
}

export function makeFlags(ports: FlagPorts): Flags {
  const { sql } = ports
  const inTenant = <T>(tenantId: string, work: (tx: SqlTx) => Promise<T>): Promise<T> =>
    sql.transaction({ tenantId }, work)
  return {
    list: (tenantId, page) => inTenant(tenantId, (tx) => selectSwitches(tx, tenantId, page)),
    read: (tenantId, name) =>
      inTenant(tenantId, async (tx) => known(await selectSwitch(tx, tenantId, name), name)),
    history: (tenantId, name, page = {}) =>
      inTenant(tenantId, async (tx) => {
        known(await selectSwitch(tx, tenantId, name), name)
        return selectChanges(tx, tenantId, name, page)
      }),
    async document(tenantId) {
      const all = await inTenant(tenantId, (tx) => selectSwitches(tx, tenantId))
      return writeSwitchDocument(new Map(all.map(({ name, word }) => [name, word])))
    },
    define: (principal, name, definition, reason) =>
      inTenant(principal.tenantId, (tx) =>
        defineSwitch(ports, tx, principal, name, checkStoredDefinition(name, definition), reason),
      ),
    flip: (principal, wish) =>
      inTenant(principal.tenantId, (tx) => flipSwitch(ports, tx, principal, wish, false)),
    flipInTx: (tx, principal, wish) => flipSwitch(ports, tx, principal, wish, true),
    foresee: (tx, tenantId, wish) => foreseeFlip(ports, tx, tenantId, wish),
    holdingWord: ({ word }) => wordAt(word, ports.clock.nowMs()),
  }
}

async function defineSwitch(
  ports: FlagPorts,
  tx: SqlTx,
  principal: Principal,
  name: string,
  definition: StoredDefinition,
  reason: string,
): Promise<Flipped> {
  const { tenantId } = principal
  const current = await lockSwitch(tx, tenantId, name)
  const changed = { name, definition, reason, changedBy: principal.id, changedAt: nowOf(ports) }
  if (current !== undefined) {
    if (JSON.stringify(current.definition) === JSON.stringify(definition))
      return { isChanged: false, stored: current }
    const stored = { ...changed, word: current.word, version: current.version + 1 }
    await updateSwitch(tx, tenantId, stored)
    await record(ports, tx, tenantId, 'defined', stored, null)
    return { isChanged: true, stored }
  }
  const stored: StoredSwitch = { ...changed, word: { state: definition.boot }, version: 1 }
  await assertRoom(tx, tenantId, stored, 1)
  if (!(await insertSwitch(tx, tenantId, stored)))
    throw flagFault(
      'FLAG_VERSION_MOVED',
      `expected to be the first to make ${name}, somebody else was`,
    )
  await record(ports, tx, tenantId, 'defined', stored, null)
  return { isChanged: true, stored }
}

async function flipSwitch(
  ports: FlagPorts,
  tx: SqlTx,
  principal: Principal,
  wish: FlipWish,
  isConfirmed: boolean,
): Promise<Flipped> {
  const { tenantId } = principal
  const current = known(await lockSwitch(tx, tenantId, wish.name), wish.name)
  if (wish.expectedVersion !== undefined && wish.expectedVersion !== current.version)
    throw flagFault(
      'FLAG_VERSION_MOVED',
      `expected version ${wish.expectedVersion} of ${wish.name}, it is at ${current.version}: ${describeWord(current.word)} by ${current.changedBy}`,
    )
  const word = plannedWord(ports, current, wish)
  if (isSameWord(word, current.word)) return { isChanged: false, stored: current }
  if (!isConfirmed && needsConfirmation(current.definition.confirms, heldOf(ports, current), word))
    throw flagFault(
      'FLAG_CONFIRMATION_REQUIRED',
      `${wish.name}: ${describeWord(current.word)} → ${describeWord(word)} has to be previewed and confirmed`,
    )
  const { reason } = wish
  const stored: StoredSwitch = {
    ...current,
    word,
    reason,
    version: current.version + 1,
    changedBy: principal.id,
    changedAt: nowOf(ports),
  }
  await assertRoom(tx, tenantId, stored, 0)
  await updateSwitch(tx, tenantId, stored)
  await record(ports, tx, tenantId, 'flipped', stored, jsonOfWord(current.word))
  return { isChanged: true, stored }
}

async function foreseeFlip(
  ports: FlagPorts,
  tx: SqlTx,
  tenantId: string,
  wish: FlipWish,
): Promise<Foreseen> {
  const stored = known(await selectSwitch(tx, tenantId, wish.name), wish.name)
  const word = plannedWord(ports, stored, wish)
  const held = heldOf(ports, stored)
  return {
    stored,
    from: describeWord(held),
    to: describeWord(word),
    isConfirmed: needsConfirmation(stored.definition.confirms, held, word),
  }
}

function plannedWord(
  ports: FlagPorts,
  current: StoredSwitch,
  wish: FlipWish,
): StoredSwitch['word'] {
  const { untilMs, after } = wish.word
  if (after !== undefined)
    throw flagFault(
      'FLAG_REFUSED',
      'expected no "after": what held before a temporary flip follows it',
    )
  if (untilMs !== undefined && untilMs <= ports.clock.nowMs())
    throw flagFault(
      'FLAG_REFUSED',
      `expected an end in the future, got ${new Date(untilMs).toISOString()}`,
    )
  const word = flippedWord(current, wish.word)
  const unknown =
    word.rule === undefined
      ? undefined
      : unknownVariant(checkSwitchDefinition(current.name, current.definition), word.rule)
  if (unknown !== undefined)
    throw flagFault(
      'FLAG_REFUSED',
      `expected variants of ${current.name}, got ${JSON.stringify(unknown.slice(0, 100))}`,
    )
  return word
}

function heldOf(ports: FlagPorts, { word, definition }: StoredSwitch): StoredSwitch['word'] {
  return wordAt(word, ports.clock.nowMs()) ?? { state: definition.boot }
}

async function assertRoom(
  tx: SqlTx,
  tenantId: string,
  { word }: StoredSwitch,
  added: number,
): Promise<void> {
  const { count, bytes } = await measureWords(tx, tenantId)
  if (count + added > FLAG_LIMIT_COUNT)
    throw flagFault(
      'FLAG_LIMIT_REACHED',
      `expected at most ${FLAG_LIMIT_COUNT} switches of a tenant`,
    )
  if (bytes + JSON.stringify(jsonOfWord(word)).length * 3 > WORDS_LIMIT_BYTES)
    throw flagFault(
      'FLAG_LIMIT_REACHED',
      `expected rules of at most ${WORDS_LIMIT_BYTES} bytes together`,
    )
}

// Both in the caller's transaction: there is no flip without its fact, and no fact without its flip.
async function record(
  { ledger }: FlagPorts,
  tx: SqlTx,
  tenantId: string,
  kind: StoredChange['kind'],
  stored: StoredSwitch,
  from: Json,
): Promise<void> {
  await insertChange(tx, tenantId, { ...stored, kind })
  const { name, version, reason, definition, word, changedBy } = stored
  const said =
    kind === 'defined' ? { definition: JSON.parse(JSON.stringify(definition)) as Json } : { from }
  const payload = { name, version, reason, to: jsonOfWord(word), ...said }
  await ledger.appendInTx(tx, tenantId, [
    { type: `flag.${kind}`, actor: changedBy, subject: `switch/${name}`, payload, refs: [] },
  ])
}

function known<T>(found: T | undefined, name: string): T {
  if (found !== undefined) return found
  throw flagFault(
    'FLAG_UNKNOWN',
    `expected a switch of this tenant, got ${JSON.stringify(name.slice(0, 100))}`,
  )
}

function nowOf({ clock }: FlagPorts): string {
  return new Date(clock.nowMs()).toISOString()
}
