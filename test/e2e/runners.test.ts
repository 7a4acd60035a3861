// Runners as a person meets them: enrolled with a tenant, under a key of their own, revoked.
import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { openWorkplace } from './command-line.ts'

interface Runner {
  readonly id: string
  readonly displayName: string
  readonly revokedAt?: string
}

const place = openWorkplace()
after(() => place.remove())
const CHECKLIST = '# Tide 1.0.0\n\n- [ ] **Here**\n  ```bash\n  test -d .\n  ```\n'

test('an enrolled runner has a key of its own with each tenant, for its owner alone', async () => {
  const first = await place.ask<Runner>(['runner', 'enrol', 'ci'])
  const again = await place.ask<Runner>(['runner', 'enrol', 'ci'])
  const other = await place.ask<Runner>(['runner', 'enrol', 'ci', '--tenant', 'acme'])
  assert.deepEqual([first.exit, again.exit, other.exit], [0, 0, 0])
  assert.equal(again.data.id, first.data.id)
  assert.notEqual(other.data.id, first.data.id)
  const keyOf = (tenant: string): string =>
    join(place.dataFolder, 'keys', 'runners', tenant, 'ci.pem')
  assert.equal(statSync(keyOf('local')).mode & 0o777, 0o600)
  assert.notEqual(readFileSync(keyOf('local'), 'utf8'), readFileSync(keyOf('acme'), 'utf8'))
  const outside = await place.refusal(['runner', 'enrol', '../../evil'])
  assert.deepEqual([outside.exit, outside.code], [2, 'APP_OPTION_INVALID'])
})

test('a revoked runner may not run any more, and another may', async () => {
  const file = place.write('tide.md', CHECKLIST)
  assert.equal((await place.ask(['run', file, '--runner', 'ci'])).exit, 0)
  const mute = await place.refusal(['runner', 'revoke', 'ci'])
  assert.deepEqual([mute.exit, mute.code], [2, 'IDENTITY_REASON_MISSING'])
  const revoked = await place.ask<Runner>(['runner', 'revoke', 'ci', '--reason', 'sold'])
  assert.equal(revoked.exit, 0)
  const refused = await place.refusal(['run', file, '--runner', 'ci', '--fresh'])
  assert.deepEqual([refused.exit, refused.code], [5, 'IDENTITY_REVOKED'])
  assert.equal((await place.ask(['run', file, '--fresh'])).exit, 0)
  const { data } = await place.ask<readonly Runner[]>(['runner', 'list'])
  const states = data.map(({ displayName, revokedAt }) => [displayName, revokedAt !== undefined])
  assert.deepEqual(Object.fromEntries(states), { ci: true, local: false })
})

test('with a named server a run enrols nobody by itself', async () => {
  const served = await place.serve()
  const secret = readFileSync(join(place.dataFolder, 'keys', 'api.secret'), 'utf8').trim()
  const away = openWorkplace(undefined, {
    SEAWORTHY_URL: served.url,
    SEAWORTHY_KEY: Buffer.from(secret, 'base64').toString('base64url'),
  })
  try {
    const file = away.write('tide.md', CHECKLIST)
    const refused = await away.refusal(['run', file, '--fresh'])
    assert.deepEqual([refused.exit, refused.code], [2, 'IDENTITY_RUNNER_AMBIGUOUS'])
    assert.equal((await away.ask(['runner', 'enrol', 'away'])).exit, 0)
    const ran = await away.ask(['run', file, '--fresh'])
    assert.equal(ran.exit, 0, ran.stdout)
    const unknown = await away.refusal([
      'runner',
      'revoke',
      'away',
      '--reason',
      'x',
      '--tenant',
      'acme',
    ])
    assert.deepEqual([unknown.exit, unknown.code], [6, 'IDENTITY_UNKNOWN'])
  } finally {
    away.remove()
    await served.stop()
  }
})
