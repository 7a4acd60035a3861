// API keys as people meet them: made once by an admin, used through the environment, refused clearly, ended at once.
import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import { openWorkplace } from './command-line.ts'
import type { ServedFolder, Workplace } from './command-line.ts'

interface Issued {
  readonly id: string
  readonly key: string
  readonly tenant: string
  readonly role: string
  readonly expiresAt: string | null
}

const place = openWorkplace()
const places: Workplace[] = [place]
let served: ServedFolder

before(async () => {
  served = await place.serve()
})
after(async () => {
  await served.stop()
  for (const each of places) each.remove()
})

async function issue(words: readonly string[]): Promise<Issued> {
  const answer = await place.ask<Issued>(['api-key', 'create', ...words])
  assert.equal(answer.exit, 0, answer.stdout)
  return answer.data
}

/** Somebody on another machine, with nothing but the address and a key. */
function awayWith(key: string, tenant?: string): Workplace {
  const away = openWorkplace(undefined, {
    SEAWORTHY_URL: served.url,
    SEAWORTHY_KEY: key,
    ...(tenant === undefined ? {} : { SEAWORTHY_TENANT: tenant }),
  })
  places.push(away)
  return away
}

async function refusalOf(away: Workplace, words: readonly string[]): Promise<string> {
  const { exit, code } = await away.refusal(words)
  return `${exit} ${code}`
}

test('each role can do what it may, and is told what it would need for more', async () => {
  const viewer = awayWith((await issue(['eve'])).key)
  const developer = awayWith((await issue(['dev', '--role', 'developer'])).key)
  const admin = awayWith((await issue(['root', '--role', 'admin', '--expires', '1h'])).key)
  const role = '5 WEB_ROLE_REFUSED'
  const registration = '5 IDENTITY_REGISTRATION_REFUSED'
  assert.equal((await viewer.ask(['ledger', 'list'])).exit, 0)
  assert.equal(await refusalOf(viewer, ['ledger', 'append', 'no']), role)
  assert.equal((await developer.ask(['ledger', 'append', 'yes'])).exit, 0)
  for (const words of [
    ['api-key', 'create', 'more', '--role', 'admin'],
    ['api-key', 'list'],
  ])
    assert.equal(await refusalOf(developer, words), role, words.join(' '))
  for (const words of [
    ['runner', 'enrol', 'mine'],
    ['key', 'create', 'mallory', '--role', 'Release Manager'],
  ])
    assert.equal(await refusalOf(developer, words), registration, words.join(' '))
  assert.equal((await admin.ask(['api-key', 'list'])).exit, 0)
  const { code } = await developer.refusal(['ledger', 'list', '--tenant', 'acme'])
  assert.equal(code, 'WEB_TENANT_FOREIGN')
})

test('a developer runs on a machine whose runner an admin enrolled, and enrols nobody', async () => {
  const admin = await issue(['setter', '--role', 'admin'])
  const developer = await issue(['ci', '--role', 'developer', '--expires', '30d'])
  const machine = awayWith(admin.key)
  assert.equal((await machine.ask(['runner', 'enrol', 'ci'])).exit, 0)
  const asDeveloper = openWorkplace(machine.dataFolder, {
    SEAWORTHY_URL: served.url,
    SEAWORTHY_KEY: developer.key,
  })
  places.push(asDeveloper)
  const file = asDeveloper.write(
    'tide.md',
    '# Tide 1.0.0\n\n- [ ] **Here**\n  ```bash\n  test -d .\n  ```\n',
  )
  const ran = await asDeveloper.ask(['run', file])
  assert.equal(ran.exit, 0, ran.stdout)
})

test('a key made for another tenant opens that one, and is shown once', async () => {
  const acme = await issue(['acme-ci', '--role', 'developer', '--tenant', 'acme'])
  assert.equal(acme.tenant, 'acme')
  assert.equal((await awayWith(acme.key, 'acme').ask(['ledger', 'append', 'here'])).exit, 0)
  assert.equal(await refusalOf(awayWith(acme.key), ['ledger', 'list']), '5 WEB_TENANT_FOREIGN')
  const listed = await place.shell(['api-key', 'list', '--tenant', 'acme'])
  assert.match(listed.stdout, /developer {2}in force {2}acme-ci/)
  assert.doesNotMatch(listed.stdout, new RegExp(acme.key.slice(22, 54)))
  assert.doesNotMatch((await place.shell(['api-key', 'list'])).stdout, /acme-ci/)
})

test('a rotated key gives way to its successor, and a revoked one opens nothing at once', async () => {
  const old = await issue(['robot', '--role', 'developer'])
  const next = await place.ask<Issued>(['api-key', 'rotate', 'robot', '--overlap', '0m'])
  assert.equal(next.data.role, 'developer')
  const [before_, now] = [awayWith(old.key), awayWith(next.data.key)]
  assert.equal(await refusalOf(before_, ['ledger', 'list']), '5 IDENTITY_API_KEY_ENDED')
  assert.equal((await now.ask(['ledger', 'list'])).exit, 0)
  assert.equal(await refusalOf(place, ['api-key', 'revoke', 'robot']), '2 IDENTITY_REASON_MISSING')
  const revoked = await place.ask(['api-key', 'revoke', 'robot', '--reason', 'was in a log'])
  assert.equal(revoked.exit, 0, revoked.stdout)
  assert.equal(await refusalOf(now, ['ledger', 'list']), '5 IDENTITY_API_KEY_ENDED')
  assert.equal(
    await refusalOf(place, ['api-key', 'revoke', 'robot', '--reason', 'x']),
    '6 IDENTITY_API_KEY_UNKNOWN',
  )
})

test('a service token opens what its key opens, until the key is revoked, and anybody may read what it is verified with', async () => {
  const key = await issue(['caller', '--role', 'developer'])
  const holder = awayWith(key.key)
  const given = await holder.ask<{ token: string }>(['service-token', 'create'])
  const bearer = awayWith(given.data.token)
  assert.equal((await bearer.ask(['ledger', 'append', 'by token'])).exit, 0)
  assert.equal(await refusalOf(bearer, ['api-key', 'list']), '5 WEB_ROLE_REFUSED')
  assert.equal(await refusalOf(bearer, ['service-token', 'create']), '5 IDENTITY_TOKEN_REFUSED')
  const more = ['service-token', 'create', '--role', 'admin']
  assert.equal(await refusalOf(holder, more), '5 IDENTITY_TOKEN_REFUSED')
  const answer = await fetch(new URL('/.well-known/jwks.json', served.url))
  assert.match(answer.headers.get('cache-control') ?? '', /max-age=300/)
  const { keys } = (await answer.json()) as { keys: readonly Record<string, string>[] }
  assert.equal(keys.length, 2)
  for (const each of keys)
    assert.deepEqual(Object.keys(each).sort(), ['alg', 'crv', 'kid', 'kty', 'use', 'x'])
  await place.ask(['api-key', 'revoke', 'caller', '--reason', 'left'])
  assert.equal(await refusalOf(bearer, ['ledger', 'list']), '5 WEB_KEY_REFUSED')
})

test('a developer makes a signing key, and an admin registers its public half', async () => {
  const admin = awayWith((await issue(['registrar', '--role', 'admin'])).key)
  const ann = awayWith((await issue(['ann', '--role', 'developer'])).key)
  const words = ['create', 'ann', '--role', 'Release Manager']
  const refused = await ann.refusal(['key', ...words])
  assert.deepEqual([refused.exit, refused.code], [5, 'IDENTITY_REGISTRATION_REFUSED'])
  // What the refusal tells the admin to type.
  const told = /seaworthy key register "ann" --role "Release Manager" --public-key (\S+)/.exec(
    refused.message,
  )
  assert.ok(told?.[1] !== undefined, refused.message)
  const registered = await admin.ask<{ id: string }>([
    'key',
    'register',
    'ann',
    '--role',
    'Release Manager',
    '--public-key',
    told[1],
  ])
  assert.equal(registered.exit, 0, registered.stdout)
  const again = await ann.ask<readonly { id: string; displayName: string }[]>(['key', 'list'])
  assert.ok(
    again.data.some(({ id, displayName }) => id === registered.data.id && displayName === 'ann'),
  )
  const runner = await ann.refusal(['runner', 'enrol', 'mine'])
  assert.deepEqual([runner.exit, runner.code], [5, 'IDENTITY_REGISTRATION_REFUSED'])
  const public_ =
    /seaworthy runner register "mine" --public-key (\S+)/.exec(runner.message)?.[1] ?? ''
  assert.equal((await admin.ask(['runner', 'register', 'mine', '--public-key', public_])).exit, 0)
  const file = ann.write(
    'tide.md',
    '# Tide 1.0.0\n\n- [ ] **Here**\n  ```bash\n  test -d .\n  ```\n',
  )
  const ran = await ann.ask(['run', file])
  assert.equal(ran.exit, 0, ran.stdout)
})

test('what is no key, and what no key can be made like, is said in one line', async () => {
  assert.equal(await refusalOf(awayWith(''), ['ledger', 'list']), '5 WEB_KEY_REFUSED')
  assert.equal(await refusalOf(awayWith('swk_live_guess'), ['ledger', 'list']), '5 WEB_KEY_REFUSED')
  const table = [
    [['--expires', 'soon'], '2 IDENTITY_DURATION_MALFORMED'],
    [['--role', 'owner'], '2 WEB_BODY_INVALID'],
    [['--role', 'admin', '--environment', 'staging'], '2 IDENTITY_SCOPE_REFUSED'],
  ] as const
  for (const [words, wanted] of table)
    assert.equal(await refusalOf(place, ['api-key', 'create', 'x', ...words]), wanted)
})
