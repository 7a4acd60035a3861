// Where the board's files come from: the package brings them; in a clone they are bundled when the first browser asks.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { messageOf } from '../kernel/index.ts'
import type { Digest } from '../kernel/index.ts'
import { reportStyleSource } from '../report/index.ts'
import type { Site } from '../web/index.ts'
import { appFault } from './errors.ts'

/** Every address of the board; `board/routes.tsx` says what each shows. */
const PAGES = [
  '/',
  '/releases/:service/:version',
  '/releases/:service/:version/reports/:kind',
  '/releases/:service/:version/in/:environment',
  '/releases/:service/:version/in/:environment/reports/:kind',
  '/evidence/:digest',
  '/import',
  '/import/:draftId',
  '/plans',
  '/plans/:planHash',
  '/ledger',
  '/ledger/:seq',
  '/webhooks',
  '/webhooks/:webhookId',
  '/jobs',
  '/guards',
  '/people',
  '/runners',
  '/audit',
  '/settings',
  '/confirm',
  '/claims',
  '/verify',
] as const

/** Bundling takes a quarter of a second; a machine that is this slow has another trouble. */
const BUNDLING_LIMIT_MS = 60_000
const OUTPUT_LIMIT_BYTES = 64 * 1024 * 1024

/** Lies there in the package alone. */
const PACKED = new URL('../board/', import.meta.url)
/** Is there in a clone alone, and runs as a program of its own. */
const BUNDLER = new URL('tools/board.ts', new URL('../../', import.meta.url))

export function makeBoardSite(digest: Digest): Site {
  return {
    pages: PAGES,
    styles: [reportStyleSource(digest)],
    read: () => (existsSync(PACKED) ? readPacked(fileURLToPath(PACKED)) : bundle()),
  }
}

async function readPacked(folder: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  return new Map(
    await Promise.all(
      files.map(
        async (path) =>
          [path.slice(folder.length).replaceAll('\\', '/'), await readFile(path)] as const,
      ),
    ),
  )
}

/** In a process of its own, so that nothing of the bundler stays in the server. @throws APP_BOARD_MISSING */
async function bundle(): Promise<ReadonlyMap<string, Uint8Array>> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(BUNDLER)], {
      timeout: BUNDLING_LIMIT_MS,
      maxBuffer: OUTPUT_LIMIT_BYTES,
    })
    const files = JSON.parse(stdout) as readonly {
      readonly path: string
      readonly base64: string
    }[]
    return new Map(files.map(({ path, base64 }) => [path, Buffer.from(base64, 'base64')]))
  } catch (error) {
    throw appFault('APP_BOARD_MISSING', `expected to bundle the board: ${messageOf(error)}`, {
      cause: error,
    })
  }
}
