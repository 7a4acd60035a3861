// Names the release a checklist is about: what was said wins, then the document, then its file name.
import { slugOf } from '../kernel/index.ts'
import type { ImportedChecklist } from './imported.ts'

export interface ReleaseNaming {
  readonly service: string
  readonly version: string
  readonly environment: string
}

/** A version as people write it in titles: v24.4.0, 1.4.0-rc.1. */
const VERSION = /\bv?\d+\.\d+(?:\.\d+)?(?:-[0-9A-Za-z.]+)?\b/

const DEFAULT_ENVIRONMENT = 'production'
/** Said of a document that names no version, so that two of its runs are still one release. */
const DEFAULT_VERSION = 'unversioned'

/** Front matter keys `service`, `version` and `environment` are read; a version is also found in the title. */
export function nameRelease(
  imported: ImportedChecklist,
  given: Partial<ReleaseNaming>,
): ReleaseNaming {
  const { frontMatter, title, source } = imported
  const fileStem = source.name.replace(/\.[^.]+$/, '')
  return {
    service:
      given.service ?? plainPart(frontMatter['service']) ?? (slugOf(fileStem) || 'checklist'),
    version:
      given.version ??
      plainPart(frontMatter['version']) ??
      VERSION.exec(title)?.[0] ??
      DEFAULT_VERSION,
    environment: given.environment ?? plainPart(frontMatter['environment']) ?? DEFAULT_ENVIRONMENT,
  }
}

// A hole such as `vX.Y.Z` in front matter is not a name yet.
function plainPart(value: string | undefined): string | undefined {
  return value !== undefined &&
    /^[\p{L}\p{N}][\p{L}\p{N} ._/@+-]{0,199}$/u.test(value) &&
    !/X\.Y/i.test(value)
    ? value
    : undefined
}
