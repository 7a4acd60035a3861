// What is masked, in which spellings, and what must not be touched.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { base64Of, utf8Bytes, utf8Text } from '../kernel/index.ts'
import { aCommand, aPlan, aRequest, memorySink } from '../../test/runner.ts'
import { secretMask } from './masking.ts'
import { runPlan } from './service.ts'

function maskText(parameters: Record<string, string>, text: string): string {
  return utf8Text(secretMask(parameters, {}).maskBytes(utf8Bytes(text), false).bytes)
}

test('a parameter is secret by its name or by the credentials in it', () => {
  // [name, value, is masked]
  const table: readonly (readonly [string, string, boolean])[] = [
    ['API_TOKEN', 'value-of-it', true],
    ['CLIENT_SECRET', 'value-of-it', true],
    ['DB_PASSWORD', 'value-of-it', true],
    ['SIGNING_KEY', 'value-of-it', true],
    ['DB_PASS', 'value-of-it', true],
    ['PGPASS2', 'value-of-it', true],
    ['MYSQL_PWD', 'value-of-it', true],
    ['GITHUB_PAT', 'value-of-it', true],
    ['BASIC_AUTH', 'value-of-it', true],
    ['SESSION_COOKIE', 'value-of-it', true],
    ['PASS_RATE', 'value-of-it', false],
    ['tests-pass', 'value-of-it', false],
    ['AUTHOR', 'value-of-it', false],
    ['PATH_PREFIX', 'value-of-it', false],
    ['DATABASE_URL', 'postgres://app:value-of-it@db/x', true],
    ['DATABASE_URL', 'postgres://db/x', false],
    ['REGION', 'value-of-it', false],
  ]
  for (const [name, value, isMasked] of table) {
    assert.deepEqual(
      [name, value, maskText({ [name]: value }, `a ${value} b`) !== `a ${value} b`],
      [name, value, isMasked],
    )
  }
})

test('the password of a URL goes up to the last sign that can end it', () => {
  const parameters = { DATABASE_URL: 'postgres://app:p@ss-of-it@db/x' }
  assert.equal(maskText(parameters, 'login p@ss-of-it').includes('ss-of-it'), false)
})

test('a secret is masked in each spelling tools print', () => {
  const secret = 'p@ss "word"/ü'
  const parameters = { THE_SECRET: secret }
  for (const spelling of [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    base64Of(utf8Bytes(secret)),
  ]) {
    assert.ok(
      !maskText(parameters, `<${spelling}>`).includes(spelling.replace(/=+$/, '')),
      spelling,
    )
  }
  assert.equal(
    maskText({ DB: 'postgres://a:p%40ss-word@h/x' }, 'p@ss-word p%40ss-word'),
    '[masked] [masked]',
  )
})

test('each long line of a secret of several lines is masked', () => {
  const parameters = {
    TLS_KEY: '-----BEGIN FAKE KEY-----\nAAAAfakefakefakeAAAA\n-----END FAKE KEY-----\n',
  }
  assert.equal(maskText(parameters, '  AAAAfakefakefakeAAAA\n'), '  [masked]\n')
})

test('the beginning of a secret at the end of a cut stream is masked', () => {
  const mask = secretMask({ API_TOKEN: 'fake-token-123456' }, {})
  const bytes = utf8Bytes('log: fake-token-12')
  assert.deepEqual(utf8Text(mask.maskBytes(bytes, true).bytes), 'log: [masked]')
  assert.equal(mask.maskBytes(bytes, true).count, 1)
  assert.equal(mask.maskBytes(bytes, false).count, 0)
})

test('bytes without a secret come back unchanged, whatever they are', () => {
  const mask = secretMask({ API_TOKEN: 'fake-token-123456' }, {})
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const masked = mask.maskBytes(bytes, false)
      assert.deepEqual(masked.bytes, bytes)
      assert.equal(masked.count, 0)
    }),
  )
})

test('no output around a secret lets it through', () => {
  const secret = 'fake-token-123456'
  const mask = secretMask({}, { CODE: secret })
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 40 }),
      fc.uint8Array({ maxLength: 40 }),
      (before, after) => {
        const masked = mask.maskBytes(
          Uint8Array.from([...before, ...utf8Bytes(secret), ...after]),
          false,
        )
        assert.ok(!Buffer.from(masked.bytes).includes(secret))
        assert.ok(masked.count >= 1)
      },
    ),
  )
})

test('a declared secret too short to be masked is refused without being quoted', () => {
  assert.throws(
    () => secretMask({}, { PIN: '12345' }),
    (thrown: Error & { code?: string }) => {
      return thrown.code === 'RUNNER_SECRET_REFUSED' && !thrown.message.includes('12345')
    },
  )
})

/** How tools print a value, each in the middle of something else. */
const PRINTED: readonly ((secret: string, before: string, after: string) => string)[] = [
  (secret, before, after) => before + secret + after,
  (secret, before, after) => `${before}?q=${encodeURIComponent(secret)}&r=${after}`,
  (secret) => new URLSearchParams({ secret }).toString(),
  (secret, before, after) => JSON.stringify({ [before]: secret, after }),
  (secret, before, after) => Buffer.from(before + secret + after).toString('base64'),
  (secret, before, after) => Buffer.from(before + secret + after).toString('base64url'),
]

/** Everything that gives the secret away in the text: the plain value, or a decoded piece that holds it. */
function givesAway(text: string, secret: string): boolean {
  if (text.includes(secret)) return true
  const decoded = text
    .split(/[^A-Za-z0-9+/=_-]+/)
    .map((piece) => Buffer.from(piece, 'base64').toString())
  const unescaped = text
    .replaceAll('+', ' ')
    .replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    )
  return [...decoded, unescaped].some((each) => each.includes(secret))
}

test('no way of printing a secret lets it through, wherever it stands in what was encoded', () => {
  const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 /+&="<>:@%'.split(
    '',
  )
  const secret = fc
    .string({ unit: fc.constantFrom(...letters), minLength: 8, maxLength: 40 })
    .filter((text) => text.trim() === text)
  const around = fc.string({ unit: fc.constantFrom('a', 'Z', '0', ':'), maxLength: 5 })
  fc.assert(
    fc.property(
      secret,
      around,
      around,
      fc.constantFrom(...PRINTED),
      (value, before, after, print) => {
        const masked = maskText({ API_TOKEN: value }, print(value, before, after))
        assert.ok(!givesAway(masked, value), masked)
      },
    ),
    { numRuns: 400 },
  )
})

test('a secret is in no stored byte, statement, reason or event of a run, and what it touched proves nothing', async () => {
  const value = 'fake/to ken+"1"&x'
  const script = [
    'echo "plain $API_TOKEN"',
    'printf %s "user:$API_TOKEN" | base64',
    'printf %s "$API_TOKEN" | base64 >&2',
    'for part in "$API_TOKEN"; do printf "%s" "${part:0:5}"; sleep 0.05; printf "%s\\n" "${part:5}"; done',
    'echo "done"',
  ].join('\n')
  const gate = aCommand('leaky', script, {
    parameters: ['API_TOKEN'],
    assertions: [{ read: { from: 'stdout' }, op: 'contains', value: 'done' }],
  })
  const plan = aPlan([gate])
  const terms = { parameters: { API_TOKEN: '[masked]' }, confirmed: [] }
  const sink = memorySink(plan, terms)
  const events: string[] = []
  await runPlan(
    aRequest(plan, sink, {
      terms,
      secretParameters: { API_TOKEN: value },
      onEvent: (event) => events.push(JSON.stringify(event)),
    }),
  )
  const got = sink.submissions.get('leaky')
  assert.ok(got !== undefined)
  assert.equal(got.judgement.status, 'INCONCLUSIVE')
  const stored = [got.envelope, ...Object.values(got.evidence)].map((bytes) => utf8Text(bytes))
  const told = [...stored, ...events, JSON.stringify(got.judgement)]
  for (const text of told) assert.ok(!givesAway(text, value), text)
  assert.match(stored.join(), /\[masked\]/)
})
