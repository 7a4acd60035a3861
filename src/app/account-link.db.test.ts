// Who an account is takes two admins: whoever has it speaks as that person from then on, and nothing undoes it.
import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import { askAsOperator, bearer } from '../../test/composed.ts'
import { testSigner } from '../../test/crypto.ts'
import { openSharedHouse, signInWith } from '../../test/signed-in.ts'
import type { SignInHouse } from '../../test/signed-in.ts'
import { base64Of } from '../kernel/index.ts'

let house: SignInHouse
let close: () => Promise<void>
before(async () => {
  ;({ house, close } = await openSharedHouse())
})
after(() => close())

interface Told {
  readonly status: number
  readonly code?: string
  readonly data: Readonly<Record<string, string>>
}

async function ask(key: string, url: string, body: unknown): Promise<Told> {
  const answer = await house.app.web.inject({
    method: 'POST',
    url,
    headers: { host: 'localhost:7420', ...bearer(key) },
    payload: JSON.stringify(body),
  })
  return { status: answer.statusCode, ...answer.json<Omit<Told, 'status'>>() }
}

test('an admin links no account alone: a second one agrees to who somebody is, once, and the operator may do it at once', async () => {
  const { app, corp } = house
  const issue = async (name: string): Promise<string> =>
    (await askAsOperator<{ key: string }>(app, '/v1/api-keys', { name, role: 'admin' })).key
  const [ada, ben] = [await issue('ada'), await issue('ben')]
  const { id: account } = await askAsOperator<{ id: string }>(app, '/v1/accounts', {
    role: 'developer',
    email: 'ann@example.com',
  })
  corp.person = { subject: 'ann', email: 'ann@example.com', name: 'Ann' }
  await signInWith(house)
  const { publicKey } = testSigner('ecdsa-p256-sha256')
  const { id: principal } = await askAsOperator<{ id: string }>(app, '/v1/principals', {
    kind: 'person',
    displayName: 'Cleo',
    roles: ['release-manager'],
    publicKey: base64Of(publicKey),
  })
  const alone = await ask(ada, `/v1/accounts/${account}/keys`, { principal })
  assert.deepEqual([alone.status, alone.code], [409, 'IDENTITY_CONFIRMATION_REQUIRED'])
  const previews = '/v1/actions/account.link/previews'
  const { data } = await ask(ada, previews, { params: { account, principal } })
  assert.equal(data['risk'], 'high')
  assert.match(data['summary'] ?? '', /\(Ann\) is person-.* \(Cleo\)$/)
  const token = data['token']
  const own = await ask(ada, '/v1/action-tokens/confirm', { token })
  assert.equal(own.code, 'ACTION_SECOND_PERSON_NEEDED')
  const linked = await ask(ben, '/v1/action-tokens/confirm', { token })
  assert.deepEqual([linked.status, linked.data['account']], [200, account])
  const wrong = await ask(ada, previews, { params: { account, principal: 'person-nobody' } })
  assert.equal(wrong.code, 'IDENTITY_UNKNOWN')
  await askAsOperator(app, `/v1/accounts/${account}/keys`, { principal })
})
