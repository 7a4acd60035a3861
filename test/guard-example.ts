// Takes the examples of docs/guards.md as they stand there, so that tests can run them.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'

// Inside the repository, so that the examples find the packages they import, and where no rule of the house looks.
const built = fileURLToPath(new URL('../dist/', import.meta.url))
mkdirSync(built, { recursive: true })
export const folder = mkdtempSync(join(built, 'guard-examples-'))
after(() => rmSync(folder, { recursive: true }))

/** The example of that name, its imports of the published package led to the source. */
export function writeExample(name: string): string {
  const page = readFileSync(new URL('../docs/guards.md', import.meta.url), 'utf8')
  const code = new RegExp(`^\`\`\`ts ${name}\\n([^]*?)^\`\`\``, 'm').exec(page)?.[1]
  assert.ok(code, `docs/guards.md has an example named ${name}`)
  // Two folders up: relative, so that a compiler finds it as Node does.
  const source = '../../src/guard/'
  const led = code
    .replaceAll("'@seaworthy/guard/node'", `'${source}node.ts'`)
    .replaceAll("'@seaworthy/guard'", `'${source}index.ts'`)
  const path = join(folder, `${name}.ts`)
  writeFileSync(path, led)
  return path
}

export async function loadModule(name: string): Promise<unknown> {
  return import(pathToFileURL(writeExample(name)).href)
}

export async function loadExample(name: string): Promise<unknown> {
  const loaded = (await loadModule(name)) as { app: unknown }
  return loaded.app
}

export interface InjectedApp {
  inject(call: object): Promise<{ statusCode: number; body: string }>
  close(): Promise<void>
}

export async function statusesOf(server: Server, count: number): Promise<number[]> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const statuses: number[] = []
  for (let index = 0; index < count; index++) statuses.push((await fetch(url)).status)
  server.closeAllConnections()
  server.close()
  return statuses
}
