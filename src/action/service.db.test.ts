// Tokens carry out one preview once: replayed, altered, foreign, late and raced ones are refused.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest, nodeRandom } from '../../test/crypto.ts'
import { openTestSql } from '../../test/database.ts'
import { openTestLedger } from '../../test/ledger.ts'
import type { Action, ActionPreview, Caller, Json, Principal, SqlTx } from '../kernel/index.ts'
import { canonicalize, SeaworthyError } from '../kernel/index.ts'
import { ledgerSlice } from '../ledger/index.ts'
import type { Ledger } from '../ledger/index.ts'
import { actionSlice, makeActions } from './index.ts'
import type { Actions } from './index.ts'
import { TOKEN_LIFETIME_MS } from './model.ts'

interface Dock {
  readonly ledger: Ledger
  readonly actions: Actions
  readonly principal: Principal
  readonly secretless: Actions
  readonly action: Action
  readonly world: { height: number; policy: string; isBroken: boolean; doneCount: number }
  readonly clock: { advance(ms: number): void }
  inTenant<T>(work: (tx: SqlTx) => Promise<T>): Promise<T>
  facts(): Promise<readonly string[]>
}

async function openDock(): Promise<Dock> {
  const sql = await openTestSql(
    [ledgerSlice, actionSlice].flatMap(({ name, migrations }) =>
      migrations ? [{ name, migrations }] : [],
    ),
  )
  const { ledger, clock, tenantId } = await openTestLedger()
  const ports = {
    sql,
    ledger,
    clock,
    random: nodeRandom,
    digest: nodeDigest,
    // Keys of one person are called alike up to the dot.
    areOneHand: (_tenantId: string, first: string, second: string) =>
      Promise.resolve(first.split('.')[0] === second.split('.')[0]),
  }
  const world = { height: 3, policy: 'ask', isBroken: false, doneCount: 0 }
  const preview = (): ActionPreview => ({
    summary: `lower the crane from ${world.height} m`,
    risk: 'high',
    changes: [{ of: 'crane', effect: 'write-prod', what: 'lower' }],
    policy: world.policy,
    state: { height: world.height },
  })
  const action: Action = {
    name: 'crane.lower',
    summary: 'Lower the crane',
    open: () =>
      Promise.resolve({
        preview: () => Promise.resolve(preview()),
        carryOut: () => {
          if (world.isBroken) return Promise.reject(new Error('the winch is stuck'))
          world.doneCount++
          return Promise.resolve({ height: 0 })
        },
      }),
  }
  return {
    ledger,
    actions: makeActions({ ...ports, confirmSecret: new Uint8Array(32).fill(7) }),
    secretless: makeActions({ ...ports, confirmSecret: new Uint8Array(32).fill(8) }),
    principal: { id: 'operator', tenantId },
    action,
    world,
    clock,
    inTenant: (work) => sql.transaction({ tenantId }, work),
    facts: async () => {
      const rows = await sql.transaction({ tenantId }, (tx) =>
        tx.query<{ outcome: string | null }>(
          'select outcome from action_preview where tenant_id = $1 order by created_at',
          [tenantId],
        ),
      )
      return rows.map((row) => row.outcome ?? 'open')
    },
  }
}

function isCrane(crane: number): (params: Json) => boolean {
  return (params) => canonicalize(params) === canonicalize({ crane })
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'no refusal'
  } catch (error) {
    if (error instanceof SeaworthyError) return error.code
    throw error
  }
}

test('a confirmed token carries out what was shown, and a replay of it is refused', async () => {
  const { actions, principal, action, world, facts } = await openDock()
  const shown = await actions.preview(principal, action, { crane: 1 })
  assert.match(shown.token, /^c[\w-]{24}$/)
  assert.equal(world.doneCount, 0, 'a preview changes nothing')
  assert.deepEqual(await actions.confirm(principal, action, shown.token), { height: 0 })
  const replay = actions.confirm(principal, action, shown.token)
  assert.equal(await codeOf(replay), 'ACTION_TOKEN_USED')
  assert.deepEqual([world.doneCount, await facts()], [1, ['confirmed']])
})

test('of eight who race on one token exactly one succeeds', async () => {
  const { actions, principal, action, world } = await openDock()
  const { token } = await actions.preview(principal, action, {})
  const codes = await Promise.all(
    Array.from({ length: 8 }, () => codeOf(actions.confirm(principal, action, token))),
  )
  assert.deepEqual(codes.toSorted(), [
    ...Array.from({ length: 7 }, () => 'ACTION_TOKEN_USED'),
    'no refusal',
  ])
  assert.equal(world.doneCount, 1)
})

test('a token is refused when altered, made without the key, or shown to another principal or tenant', async () => {
  const { actions, secretless, principal, action, world } = await openDock()
  const { token } = await actions.preview(principal, action, {})
  const altered = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`
  const foreign = await openDock()
  for (const attempt of [
    () => actions.confirm(principal, action, altered),
    () => secretless.confirm(principal, action, token),
    () => actions.confirm({ ...principal, id: 'somebody-else' }, action, token),
    () => actions.confirm({ ...principal, tenantId: foreign.principal.tenantId }, action, token),
  ]) {
    assert.equal(await codeOf(attempt()), 'ACTION_TOKEN_UNKNOWN')
  }
  assert.equal(world.doneCount, 0)
})

test('a row whose parameters were changed behind our back no longer gives its token', async () => {
  const { actions, principal, action, inTenant } = await openDock()
  const { token } = await actions.preview(principal, action, { crane: 1 })
  await inTenant(async (tx) => {
    await tx.query('reset role')
    await tx.query('update action_preview set params = $2 where tenant_id = $1', [
      principal.tenantId,
      '{"crane":2}',
    ])
  })
  assert.equal(await codeOf(actions.confirm(principal, action, token)), 'ACTION_TOKEN_UNKNOWN')
})

test('a token is refused for other parameters and for another action, and still fits its own', async () => {
  const { actions, principal, action } = await openDock()
  const { token } = await actions.preview(principal, action, { crane: 1 })
  const other = { ...action, name: 'crane.raise' }
  assert.equal(
    await codeOf(actions.confirm(principal, action, token, isCrane(2))),
    'ACTION_TOKEN_FOREIGN',
  )
  assert.equal(await codeOf(actions.confirm(principal, other, token)), 'ACTION_TOKEN_FOREIGN')
  assert.equal(await codeOf(actions.confirm(principal, action, token, isCrane(1))), 'no refusal')
})

test('changed state or policy closes the token and answers with a fresh preview that works', async () => {
  const { actions, principal, action, world, facts } = await openDock()
  for (const change of [() => (world.height = 9), () => (world.policy = 'ask twice')]) {
    const { token } = await actions.preview(principal, action, {})
    change()
    const refusal = await actions.confirm(principal, action, token).catch((error: unknown) => error)
    assert.ok(refusal instanceof SeaworthyError)
    assert.equal(refusal.code, 'ACTION_STATE_CHANGED')
    assert.equal(refusal.row.exit, 7)
    assert.equal(await codeOf(actions.confirm(principal, action, token)), 'ACTION_TOKEN_USED')
    const fresh = refusal.details['preview'] as { readonly token: string; readonly summary: string }
    assert.match(fresh.summary, /from 9 m/)
    assert.equal(await codeOf(actions.confirm(principal, action, fresh.token)), 'no refusal')
  }
  assert.deepEqual((await facts()).toSorted(), ['confirmed', 'confirmed', 'void', 'void'])
})

test('a token ends after its lifetime', async () => {
  const { actions, principal, action, clock } = await openDock()
  const { token } = await actions.preview(principal, action, {})
  clock.advance(TOKEN_LIFETIME_MS + 1)
  assert.equal(await codeOf(actions.confirm(principal, action, token)), 'ACTION_TOKEN_EXPIRED')
})

test('an effect that fails leaves nothing behind and the token open', async () => {
  const { actions, principal, action, world, facts } = await openDock()
  const { token } = await actions.preview(principal, action, {})
  world.isBroken = true
  await assert.rejects(actions.confirm(principal, action, token), /winch is stuck/)
  assert.deepEqual(await facts(), ['open'])
  world.isBroken = false
  assert.equal(await codeOf(actions.confirm(principal, action, token)), 'no refusal')
})

test('what asks a second person is carried out by none of the first one’s keys, once by somebody else, and the ledger names both', async () => {
  const { actions, principal, action, world, ledger } = await openDock()
  const shared: Action = { ...action, asksSecondPerson: true }
  const [ada, alsoAda, ben] = ['ada', 'ada.laptop', 'ben'].map((id) => ({ ...principal, id }))
  const shown = await actions.preview(ada!, shared, { crane: 1 })
  assert.equal(shown.asksSecondPerson, true)
  for (const self of [ada!, alsoAda!]) {
    const refused = await codeOf(actions.confirm(self, shared, shown.token))
    assert.equal(refused, 'ACTION_SECOND_PERSON_NEEDED')
  }
  assert.equal(world.doneCount, 0)
  const seen = await actions.read(ben!, shown.token)
  assert.deepEqual([seen.principal, seen.preview.summary], ['ada', 'lower the crane from 3 m'])
  assert.deepEqual(await actions.confirm(ben!, shared, shown.token), { height: 0 })
  assert.equal(await codeOf(actions.confirm(ben!, shared, shown.token)), 'ACTION_TOKEN_USED')
  assert.equal(world.doneCount, 1)
  const { entries } = await ledger.list(principal.tenantId, {})
  assert.deepEqual(
    entries.map(({ body }) => [body.type, body.actor]),
    [
      ['action.previewed', 'ada'],
      ['action.confirmed', 'ben'],
    ],
  )
  const told = (await ledger.payloadOf(principal.tenantId, 1))?.value
  assert.equal((told as { previewedBy: string }).previewedBy, 'ada')
})

test('when it changed meanwhile, the second person gets a fresh preview, which the first one may confirm', async () => {
  const { actions, principal, action, world } = await openDock()
  const shared: Action = { ...action, asksSecondPerson: true }
  const [ada, ben] = ['ada', 'ben'].map((id) => ({ ...principal, id }))
  const { token } = await actions.preview(ada!, shared, {})
  world.height = 9
  const changed = await actions.confirm(ben!, shared, token).catch((error: unknown) => error)
  assert.ok(changed instanceof SeaworthyError && changed.code === 'ACTION_STATE_CHANGED')
  const fresh = changed.details['preview'] as { token: string }
  assert.equal(
    await codeOf(actions.confirm(ben!, shared, fresh.token)),
    'ACTION_SECOND_PERSON_NEEDED',
  )
  assert.deepEqual(await actions.confirm(ada!, shared, fresh.token), { height: 0 })
})

test('a row that was changed to ask nobody else no longer gives its token', async () => {
  const { actions, principal, action, inTenant } = await openDock()
  const shared: Action = { ...action, asksSecondPerson: true }
  const { token } = await actions.preview(principal, shared, {})
  await inTenant(async (tx) => {
    await tx.query('reset role')
    await tx.query('update action_preview set asks_second_person = false where tenant_id = $1', [
      principal.tenantId,
    ])
  })
  assert.equal(await codeOf(actions.confirm(principal, shared, token)), 'ACTION_TOKEN_UNKNOWN')
})

test('an action of admins is neither previewed nor confirmed by anybody else, and the operator is the one who may be alone', async () => {
  const { actions, principal, action, world } = await openDock()
  const guarded: Action = { ...action, access: 'admin', asksSecondPerson: true }
  const caller = (id: string, role: Caller['role'], credential: Caller['credential']): Caller => ({
    ...principal,
    id,
    role,
    environments: null,
    credential,
  })
  const developer = caller('dev', 'developer', 'api-key')
  assert.equal(await codeOf(actions.preview(developer, guarded, {})), 'ACTION_ROLE_REFUSED')
  assert.equal(await codeOf(actions.preview(principal, guarded, {})), 'ACTION_ROLE_REFUSED')
  const { token } = await actions.preview(caller('ada', 'admin', 'api-key'), guarded, {})
  assert.equal(await codeOf(actions.confirm(developer, guarded, token)), 'ACTION_ROLE_REFUSED')
  assert.equal(world.doneCount, 0)
  const operator = caller('operator', 'admin', 'operator')
  const own = await actions.preview(operator, guarded, {})
  assert.deepEqual(await actions.confirm(operator, guarded, own.token), { height: 0 })
})
