// The erasure register in a file that only grows, beside the data or where no backup of it reaches.
import { mkdir, open, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Clock } from '../kernel/index.ts'
import { encodeRegisteredErasure, encodeRegisterHead, parseRegister } from '../ledger/index.ts'
import type { ErasureRecords, ErasureRegister, RegisteredErasure } from '../ledger/index.ts'
import type { AppConfig } from './config.ts'

const LINE_END = 0x0a

/** Begins the file where there is none; processes that share it may do so at once. */
export async function openErasureRegister(
  { dataFolder, erasureRegister }: Pick<AppConfig, 'dataFolder' | 'erasureRegister'>,
  clock: Pick<Clock, 'nowMs'>,
): Promise<ErasureRegister> {
  const path = erasureRegister ?? join(dataFolder, 'erasure-register.jsonl')
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const begin = async (): Promise<void> => {
    const file = await open(path, 'a+', 0o600)
    try {
      const { size } = await file.stat()
      if (size > 0) return
      await file.appendFile(encodeRegisterHead(new Date(clock.nowMs()).toISOString()))
      await file.sync()
    } finally {
      await file.close()
    }
  }
  await begin()
  return {
    read: async (): Promise<ErasureRecords> => parseRegister(await readFile(path, 'utf8'), path),
    add: (erasure) => addLine(path, erasure),
  }
}

async function addLine(path: string, erasure: RegisteredErasure): Promise<void> {
  const file = await open(path, 'a+')
  try {
    const bytes = await file.readFile()
    // What a crash left of a line was acknowledged to nobody.
    const until = bytes.lastIndexOf(LINE_END) + 1
    if (until < bytes.length) await file.truncate(until)
    await file.appendFile(encodeRegisteredErasure(erasure))
    await file.sync()
  } finally {
    await file.close()
  }
}
