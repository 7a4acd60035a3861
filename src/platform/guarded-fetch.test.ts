// Requests to addresses that somebody else chose: private ones are refused however they are written, named or swapped.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { SeaworthyError } from '../kernel/index.ts'
import { makeGuardedFetch } from './guarded-fetch.ts'
import type { GuardedTerms } from './guarded-fetch.ts'
import type { ResolvedAddress } from './name-lookup.ts'

const request = { method: 'POST', headers: {}, timeoutMs: 5_000, bodyLimitBytes: 1_024 }

function reasonOf(error: unknown): string {
  if (!(error instanceof SeaworthyError)) throw error
  return error.code === 'PLATFORM_REQUEST_REFUSED' ? 'refused' : String(error.details['reason'])
}

async function outcomeOf(url: string, terms: GuardedTerms = { allowsLoopback: false }) {
  return makeGuardedFetch(terms)
    .send({ ...request, url })
    .then(({ status }) => String(status), reasonOf)
}

async function serve(t: TestContext, answer: RequestListener): Promise<number> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

test('an address of a private network is refused in every spelling', async () => {
  const hosts = [
    '127.0.0.1',
    '127.1',
    '0x7f.0.0.1',
    '2130706433',
    '0177.0.0.1',
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '192.0.2.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '[::]',
    '[::1]',
    '[::127.0.0.1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[64:ff9b::7f00:1]',
    '[fc00::1]',
    '[fd12:3456::1]',
    '[fe80::1]',
    '[ff02::1]',
    '[2001::1]',
    '[2001:db8::1]',
    '[2002:7f00:1::]',
    'localhost',
    '①②⑦.0.0.1',
  ]
  for (const host of hosts) assert.equal(await outcomeOf(`https://${host}/`), 'refused', host)
})

test('what is no plain https address is refused before anything is sent', async () => {
  const urls = [
    'http://hooks.example/',
    'ftp://hooks.example/',
    'file:///etc/passwd',
    'https://user:pass@hooks.example/',
    'https://hooks.example:22/',
    'https://hooks.example:80/',
    'nonsense',
    'https://',
  ]
  for (const url of urls) {
    assert.equal(await outcomeOf(url), 'refused', url)
    assert.throws(() => makeGuardedFetch({ allowsLoopback: false }).admit(url), SeaworthyError)
  }
  makeGuardedFetch({ allowsLoopback: false }).admit('https://hooks.example:8443/path?x=1')
  makeGuardedFetch({ allowsLoopback: false }).admit('https://1.1.1.1/')
})

test('a name is refused when any of its answers is private', async (t) => {
  let requestCount = 0
  const port = await serve(t, (_request, response) => {
    requestCount += 1
    response.end()
  })
  const answers: readonly (readonly ResolvedAddress[])[] = [
    [{ address: '127.0.0.1', family: 4 }],
    [
      { address: '93.184.216.34', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ],
    [{ address: '::ffff:127.0.0.1', family: 6 }],
    [],
  ]
  for (const resolved of answers) {
    const terms = { allowsLoopback: false, resolve: () => Promise.resolve(resolved) }
    assert.equal(await outcomeOf(`https://hooks.example:${port}/`, terms), 'ENOTPUBLIC')
  }
  assert.equal(requestCount, 0)
})

test('a resolver that answers otherwise the second time is asked once for each connection', async (t) => {
  let asked = 0
  const port = await serve(t, (_request, response) => {
    response.end('in')
  })
  const terms: GuardedTerms = {
    allowsLoopback: true,
    resolve: () => {
      asked += 1
      // The first answer is judged and dialled; the metadata service would be the second.
      const address = asked === 1 ? '127.0.0.1' : '169.254.169.254'
      return Promise.resolve([{ address, family: 4 }])
    },
  }
  assert.equal(await outcomeOf(`http://localhost:${port}/`, terms), '200')
  assert.equal(asked, 1)
  assert.equal(await outcomeOf(`http://localhost:${port}/`, terms), 'ENOTPUBLIC')
})

test('where this machine is allowed by configuration the private networks around it are not', async (t) => {
  const port = await serve(t, (_request, response) => {
    response.statusCode = 204
    response.end()
  })
  const terms = { allowsLoopback: true }
  assert.equal(await outcomeOf(`http://127.0.0.1:${port}/`, terms), '204')
  assert.equal(await outcomeOf(`http://localhost:${port}/`, terms), '204')
  for (const host of ['10.0.0.1', '169.254.169.254', '[fd00::1]'])
    assert.equal(await outcomeOf(`http://${host}:${port}/`, terms), 'refused', host)
  assert.equal(await outcomeOf(`http://hooks.example:${port}/`, terms), 'refused')
})

test('a redirect is an answer like any other, and is not followed', async (t) => {
  let count = 0
  const port = await serve(t, (_request, response) => {
    count += 1
    response.writeHead(307, { location: 'http://169.254.169.254/latest/meta-data' }).end()
  })
  assert.equal(await outcomeOf(`http://127.0.0.1:${port}/`, { allowsLoopback: true }), '307')
  assert.equal(count, 1)
})
