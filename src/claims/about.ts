// Which release a report says that it is about: its front matter, its title and the labels at its top.
import type { Outline } from './passages.ts'

export interface ReportSubject {
  /** SERVICE@VERSION of the front matter: `release`, or `service` and `version`. */
  readonly release?: string
  /** Versions that the report says of itself; empty where it names none. */
  readonly versions: readonly string[]
}

/** Passages at the start that speak of the report itself. */
const HEAD_LIMIT_PASSAGES = 40
const VERSION_LABEL = /^(?:release |product |app |target )?(?:version|release)$/i
const VERSION = /(?<![\w.])v?\d{1,6}\.\d{1,6}(?:\.\d{1,6})?(?:[-+][\w.+-]{1,60})?(?![\w.]*\w)/gi

export function reportSubjectOf(
  outline: Outline,
  entries: Readonly<Record<string, string>>,
): ReportSubject {
  const { service, version } = entries
  const named = entries['release'] ?? ''
  const release = named.includes('@')
    ? named
    : service !== undefined && version !== undefined
      ? `${service}@${version}`
      : undefined
  const head = outline.passages.slice(0, HEAD_LIMIT_PASSAGES)
  const title = head.find(({ kind }) => kind === 'heading')?.text ?? ''
  const labelled = head.flatMap(({ kind, label, value }) =>
    kind !== 'row' && label !== undefined && VERSION_LABEL.test(label.trim()) ? [value ?? ''] : [],
  )
  const told = release === undefined ? (version ?? '') : release.slice(release.lastIndexOf('@') + 1)
  const found = [title, ...labelled].flatMap((text) => text.match(VERSION) ?? [])
  return {
    ...(release === undefined ? {} : { release }),
    versions: [...new Set([...(told === '' ? [] : [told]), ...found])].slice(0, 10),
  }
}
