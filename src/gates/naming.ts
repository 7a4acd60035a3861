// Names the release a checklist is about: what was said wins, then the document, then its file name.
import { slugOf } from '../kernel/index.ts'
import type { ImportedChecklist } from './imported.ts'
import { UNVERSIONED } from './template-values.ts'

export interface ReleaseNaming {
  readonly service: string
  readonly version: string
  readonly environment: string
}

/** A version as people write it in titles: v24.4.0, 1.4.0-rc.1. */
const VERSION = /\bv?\d+\.\d+(?:\.\d+)?(?:-[0-9A-Za-z.]+)?\b/

/** Of a checklist that names none, and of a release that was run there too. */
export const DEFAULT_ENVIRONMENT = 'production'
/** Most words that a service's name in a title has. */
const NAME_WORD_LIMIT = 4

/** Words of titles that say what the document is, not what it is about. */
const GENERIC = new Set(
  (
    'a an the of for to our and release releases releasing checklist list deploy deployment deploying rollout launch ' +
    'production prod staging go no-go nogo live golive go-live ready readiness gate gates plan runbook review version ' +
    'pre-release pre-deploy pre-launch preflight pre-flight sign-off signoff template final ' +
    'freigabe checkliste veröffentlichung für der die das liste de la le les du des pour lancement livraison lista ' +
    'verificación lanzamiento para del vrijgave controlelijst voor van sürüm yayın kontrol listesi için lançamento rilascio'
  ).split(' '),
)

/**
 * Front matter keys `service`, `version` and `environment` are read. A version and a name before it are also found in
 * the title ("Payments API v2.7.1"), an environment and a version on lines such as "**Environment:** Production"
 * before the first gate.
 */
export function nameRelease(
  imported: Pick<ImportedChecklist, 'frontMatter' | 'title' | 'source' | 'head'>,
  given: Partial<ReleaseNaming>,
): ReleaseNaming {
  const { frontMatter, title, source, head } = imported
  const fileStem = source.name.replace(/\.[^.]+$/, '')
  return {
    service:
      given.service ??
      plainPart(frontMatter['service']) ??
      serviceIn(title) ??
      (slugOf(fileStem) || 'checklist'),
    version: given.version ?? versionNamed(imported) ?? UNVERSIONED,
    environment:
      given.environment ??
      plainPart(frontMatter['environment']) ??
      environmentIn(head['environment']) ??
      DEFAULT_ENVIRONMENT,
  }
}

/** The version that the document itself names. */
export function versionNamed(
  imported: Pick<ImportedChecklist, 'frontMatter' | 'title' | 'head'>,
): string | undefined {
  const { frontMatter, title, head } = imported
  return (
    plainPart(frontMatter['version']) ??
    VERSION.exec(title)?.[0] ??
    VERSION.exec(head['version'] ?? '')?.[0]
  )
}

/** "Release checklist: Payments API v2.7.1" is about `payments-api`; "Release Checklist v1.2" names nothing. */
function serviceIn(title: string): string | undefined {
  const version = VERSION.exec(title)
  if (version === null) return undefined
  const words = title
    .slice(0, version.index)
    .split(/[^\p{L}\p{N}.&+/_-]+|(?<!\S)[^\p{L}\p{N}]+(?!\S)/u)
    .filter((word) => /[\p{L}\p{N}]/u.test(word))
  const isGeneric = (word: string | undefined): boolean =>
    word !== undefined && GENERIC.has(word.toLowerCase())
  while (isGeneric(words[0])) words.shift()
  while (isGeneric(words.at(-1))) words.pop()
  if (words.length === 0 || words.length > NAME_WORD_LIMIT) return undefined
  const name = slugOf(words.join(' '))
  return /\p{L}/u.test(name) ? name : undefined
}

/** One environment as a plain word; a choice of several, or words that are no name, name none. */
function environmentIn(value: string | undefined): string | undefined {
  const bare = value?.replace(/\s*\([^()]*\)\s*$/, '').trim() ?? ''
  if (!/^[\p{L}\p{N}]+(?:[ _-][\p{L}\p{N}]+){0,2}$/u.test(bare)) return undefined
  const word = slugOf(bare)
  return word.split('-').some((part) => /^(?:and|or|then|to|und|oder|tbd|tba|todo)$/.test(part))
    ? undefined
    : word
}

// A hole such as `vX.Y.Z` in front matter is not a name yet.
function plainPart(value: string | undefined): string | undefined {
  return value !== undefined &&
    /^[\p{L}\p{N}][\p{L}\p{N} ._/@+-]{0,199}$/u.test(value) &&
    !/X\.Y/i.test(value)
    ? value
    : undefined
}
