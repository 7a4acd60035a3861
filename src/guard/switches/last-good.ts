// Keeps the documents that are in force, so that a process that starts while its sources are away begins with them.
import type { GuardSink } from '../model.ts'
import type { LastGoodStore } from './model.ts'
import type { SourceReader } from './source-reader.ts'

/** Never rejects: a store that fails is told of, and the boot defaults hold. */
export async function restoreWords(
  readers: readonly SourceReader[],
  store: LastGoodStore | undefined,
  sink: GuardSink,
): Promise<void> {
  if (store === undefined) return
  try {
    const kept: unknown = JSON.parse((await store.read()) ?? '{}')
    const texts = new Map<string, unknown>(Object.entries(kept ?? {}))
    for (const reader of readers) {
      const text = texts.get(reader.name)
      if (typeof text === 'string') reader.restore(new TextEncoder().encode(text))
    }
  } catch (error) {
    tellLost(sink, error)
  }
}

/** Never rejects. */
export async function keepWords(
  readers: readonly SourceReader[],
  store: LastGoodStore | undefined,
  sink: GuardSink,
): Promise<void> {
  if (store === undefined) return
  const texts = readers.flatMap(({ name, lastGood }): [string, string][] =>
    lastGood === undefined ? [] : [[name, new TextDecoder().decode(lastGood)]],
  )
  try {
    await store.write(JSON.stringify(Object.fromEntries(texts)))
  } catch (error) {
    tellLost(sink, error)
  }
}

function tellLost(sink: GuardSink, error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error)
  sink({ type: 'switch.source-lost', source: 'last-good', reason })
}
