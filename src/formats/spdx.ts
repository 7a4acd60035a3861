// SPDX 2.2 and 2.3 (JSON and tag-value) and SPDX 3.0 (JSON-LD): how many packages, and what is not known about them.
import { listMember, jsonMember, membersOf, objectsMember, textMember } from './json-members.ts'
import type { JsonMembers } from './json-members.ts'
import { ReportMismatch } from './report.ts'
import type { Report } from './report.ts'

interface Package {
  version?: string | undefined
  readonly licenses: (string | undefined)[]
}

/** @throws ReportMismatch */
export function readSpdx(root: JsonMembers): Report {
  const packages = (objectsMember(root, 'packages') ?? []).map((each): Package => ({
    version: textMember(each, 'versionInfo'),
    licenses: [textMember(each, 'licenseConcluded'), textMember(each, 'licenseDeclared')],
  }))
  return reportOf(textMember(root, 'spdxVersion') ?? '', packages)
}

/** Licences are relationships in SPDX 3, which are not read here. @throws ReportMismatch */
export function readSpdx3(root: JsonMembers): Report {
  const elements = (listMember(root, '@graph') ?? [])
    .map(membersOf)
    .filter((each) => each !== undefined)
  const packages = elements.filter((each) => jsonMember(each, 'type') === 'software_Package')
  const created = elements.find((each) => jsonMember(each, 'type') === 'CreationInfo')
  const version = created === undefined ? undefined : textMember(created, 'specVersion')
  return {
    format: 'spdx',
    version: version ?? '3',
    doubts: [],
    components: {
      total: packages.length,
      withoutVersion: packages.filter(
        (each) => !isStated(textMember(each, 'software_packageVersion')),
      ).length,
    },
  }
}

const TAG = /^([A-Za-z]{1,60}): ?(.*)$/

export function looksLikeSpdxTags(text: string): boolean {
  return /^(?:#[^\n]*\n|\s*\n){0,50}SPDXVersion: ?SPDX-2\./.test(text.slice(0, 10_000))
}

/** @throws ReportMismatch for a text that ends within `<text>` */
export function readSpdxTags(text: string): Report {
  let version = ''
  let isInText = false
  const packages: Package[] = []
  for (const raw of text.split('\n')) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw
    if (isInText) {
      isInText = !line.includes('</text>')
      continue
    }
    const found = TAG.exec(line)
    if (found === null) continue
    const [, tag, value = ''] = found
    isInText = value.includes('<text>') && !value.includes('</text>')
    const last = packages.at(-1)
    if (tag === 'SPDXVersion') version = value.trim()
    else if (tag === 'PackageName') packages.push({ licenses: [] })
    else if (tag === 'PackageVersion' && last !== undefined) last.version = value
    else if (tag === 'PackageLicenseConcluded' || tag === 'PackageLicenseDeclared')
      last?.licenses.push(value)
  }
  if (isInText) throw new ReportMismatch('expected </text>, got the end of the text: it was cut')
  return reportOf(version, packages)
}

function reportOf(version: string, packages: readonly Package[]): Report {
  if (!/^SPDX-2\.[0-9]{1,2}$/.test(version))
    throw new ReportMismatch(`expected SPDX 2, got ${version.slice(0, 20)}`)
  return {
    format: 'spdx',
    version: version.slice('SPDX-'.length),
    doubts: [],
    components: {
      total: packages.length,
      withoutLicense: packages.filter((each) => !each.licenses.some(isStated)).length,
      withoutVersion: packages.filter((each) => !isStated(each.version)).length,
    },
  }
}

/** SPDX's words for "nobody knows" and "there is none". */
function isStated(text: string | undefined): boolean {
  return text !== undefined && !['', 'NOASSERTION', 'NONE'].includes(text.trim())
}
