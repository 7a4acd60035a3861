// Reads a file of any size piece by piece, standard input included.
import { createReadStream } from 'node:fs'
import { messageOf } from '../../kernel/index.ts'
import { appFault } from '../errors.ts'

const CHUNK_BYTES = 256 * 1024

/** @throws APP_FILE_UNREADABLE */
export async function* readFileChunks(path: string): AsyncGenerator<Uint8Array> {
  const stream =
    path === '-' ? process.stdin : createReadStream(path, { highWaterMark: CHUNK_BYTES })
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) yield chunk
  } catch (error) {
    throw appFault(
      'APP_FILE_UNREADABLE',
      `expected a readable file at ${path}: ${messageOf(error)}`,
      {
        cause: error,
      },
    )
  }
}
