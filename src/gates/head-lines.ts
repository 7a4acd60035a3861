// Reads the lines before the first gate that say what the release is: "**Environment:** Production".
import { plainText } from '../document/index.ts'
import type { MarkdownDocument, Span } from '../document/index.ts'

const ENVIRONMENT =
  /(?:^|[|·•;,]\s*)(?:target |deployment )?(?:environment|env|umgebung|zielumgebung|environnement|entorno|omgeving|ortam|ambiente)\s*:\s*([^|·•;]{1,100})/iu
const VERSION =
  /(?:^|[|·•;,]\s*)(?:release |target )?(?:version|versión|versie|sürüm|versão|versione)\s*:\s*([^|·•;,]{1,100})/iu

/** The environment and version that the head of the document states, as they stand there. */
export function headOf(
  document: MarkdownDocument,
  firstGate: number,
): { environment?: string; version?: string } {
  const lines = new Map<number, Span[]>()
  for (const span of document.outside.spans) {
    if (span.start >= firstGate) continue
    const line = lines.get(span.line)
    if (line === undefined) lines.set(span.line, [span])
    else line.push(span)
  }
  const texts = [...lines.values()].map((spans) => plainText(document.reading.text, spans))
  const first = (pattern: RegExp): string | undefined =>
    texts.map((text) => pattern.exec(text)?.[1]?.trim()).find((value) => value !== undefined)
  const environment = first(ENVIRONMENT)
  const version = first(VERSION)
  return {
    ...(environment === undefined ? {} : { environment }),
    ...(version === undefined ? {} : { version }),
  }
}
