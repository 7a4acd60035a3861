// Holds the API's own description against what is mounted, as the web framework itself lists it, in both directions.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { composeApp } from './compose.ts'
import { readConfig } from './config.ts'

const ignore = (): undefined => undefined

interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { 'x-access': string }>>>>
}

/** `GET /v1/runs` and so on, read from the tree that the framework prints. */
function readTree(tree: string): readonly string[] {
  const prefixes: string[] = []
  return tree.split('\n').flatMap((line) => {
    const found = /^([│ ]*)[├└]── (\S+)(?: \(([A-Z, ]+)\))?$/.exec(line)
    if (found === null) return []
    const [, indent = '', part = '', methods = ''] = found
    const depth = indent.length / 4
    const path = `${prefixes[depth - 1] ?? ''}${part}`
    prefixes[depth] = path
    return methods === '' ? [] : methods.split(', ').map((method) => `${method} ${path}`)
  })
}

test('whatever is mounted is described, and whatever is described is mounted', async (t) => {
  const dataFolder = await mkdtemp(join(tmpdir(), 'seaworthy-reference-'))
  const config = await readConfig({ data: dataFolder, tenant: 'local' })
  const app = await composeApp(config, '0.0.0', { info: ignore, warn: ignore, error: ignore })
  t.after(async () => {
    await app.close()
    await rm(dataFolder, { recursive: true, force: true })
  })
  const answer = await app.web.inject({ url: '/openapi.json', headers: { host: 'localhost' } })
  const document = answer.json<Described>()
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map(
      (method) =>
        `${method.toUpperCase()} ${path.replace('{rest}', '*').replaceAll(/\{(\w+)\}/g, ':$1')}`,
    ),
  )
  const mounted = readTree(app.web.printRoutes())
  t.diagnostic(`${mounted.length} routes`)
  assert.ok(mounted.length > app.routes.length)
  assert.deepEqual([...described].sort(), [...mounted].sort())
  const open = Object.entries(document.paths)
    .filter(([, methods]) => Object.values(methods).some((each) => each['x-access'] === 'open'))
    .map(([path]) => path)
  assert.deepEqual(open.sort(), [
    '/.well-known/jwks.json',
    '/docs',
    '/health/live',
    '/health/ready',
    '/openapi.json',
    '/v1/sign-in',
  ])
})
