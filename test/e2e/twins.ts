// Two servers' places beside one database: data folders of their own, and the one secret that servers of a database share.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openWorkplace } from './command-line.ts'
import type { Workplace } from './command-line.ts'

export interface Twins {
  readonly here: Workplace
  readonly there: Workplace
  remove(): void
}

/** @param databaseUrl of both; @throws whatever a folder that cannot be made throws */
export function openTwins(databaseUrl: string): Twins {
  const secrets = mkdtempSync(join(tmpdir(), 'seaworthy-secret-'))
  const settings = {
    SEAWORTHY_DATABASE_URL: databaseUrl,
    SEAWORTHY_PAYLOAD_SECRET: join(secrets, 'payload.secret'),
  }
  const [here, there] = [openWorkplace(undefined, settings), openWorkplace(undefined, settings)]
  return {
    here,
    there,
    remove: () => {
      for (const place of [here, there]) place.remove()
      rmSync(secrets, { recursive: true, force: true })
    },
  }
}
