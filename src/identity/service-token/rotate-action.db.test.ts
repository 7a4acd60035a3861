// The rotation of token keys ends what was shown: the preview is of exactly the keys that have not ended.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openHouse } from '../../../test/house.ts'
import { rotateTokenKeysAction } from './rotate-action.ts'
import { insertTokenKey } from './store.ts'

test('a key that is published between preview and confirmation is not ended unseen', async () => {
  const { sql, clock, ledger, actions, operator, tenantId } = await openHouse()
  const publish = (kid: string): Promise<void> =>
    sql.transaction('system', (tx) =>
      insertTokenKey(tx, {
        kid,
        issuer: 'https://seaworthy.example',
        publicKey: new Uint8Array(32),
        signsFromMs: clock.nowMs(),
        signsUntilMs: clock.nowMs() + 1_000,
        isEnded: false,
      }),
    )
  const remembered: string[] = []
  const endedKeys = {
    add: (kids: readonly string[]) => Promise.resolve(void remembered.push(...kids)),
  }
  const action = rotateTokenKeysAction({ clock, ledger, endedKeys, operatorTenant: tenantId })
  const admin = { ...operator, role: 'admin', environments: null, credential: 'operator' } as const
  const params = { reason: 'leaked' }
  await publish(`${tenantId}-1`)
  const { token } = await actions.preview(admin, action, params)
  await publish(`${tenantId}-2`)
  const late = actions.confirm(admin, action, token, () => true)
  await assert.rejects(late, { code: 'ACTION_STATE_CHANGED' })
  const fresh = await actions.preview(admin, action, params)
  const ended = await actions.confirm(admin, action, fresh.token, () => true)
  const { keys } = ended as { readonly keys: readonly string[] }
  assert.deepEqual(
    keys.filter((kid) => kid.startsWith(tenantId)),
    [`${tenantId}-1`, `${tenantId}-2`],
  )
  assert.deepEqual(remembered, keys)
})
