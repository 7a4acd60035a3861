// OpenVEX 0.0.1 to 0.2.0 (openvex.dev): who says of which product that it is, or is not, affected.
import type { Json } from '../kernel/index.ts'
import {
  listMember,
  jsonMember,
  membersOf,
  objectMember,
  objectsMember,
  requireMember,
  textMember,
} from './json-members.ts'
import type { JsonMembers } from './json-members.ts'
import { ReportMismatch } from './report.ts'
import type { Report, VexProduct, VexStatement, VexStatus } from './report.ts'

const STATUSES: readonly VexStatus[] = ['affected', 'not_affected', 'fixed', 'under_investigation']
const INSTANT = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})$/

/** @throws ReportMismatch for a statement without a status of the four, or a date that is none */
export function readOpenVex(root: JsonMembers): Report {
  const documentAtMs = instantOf(root)
  const statements = requireMember(objectsMember(root, 'statements'), 'statements')
  const tooling = textMember(root, 'tooling') ?? textMember(root, 'author')
  return {
    format: 'openvex',
    ...(tooling === undefined ? {} : { tool: tooling }),
    doubts: [],
    statements: statements.map((each) => statementOf(each, documentAtMs)),
  }
}

function statementOf(record: JsonMembers, documentAtMs: number | undefined): VexStatement {
  const word = requireMember(textMember(record, 'status'), 'status')
  const status = STATUSES.find((each) => each === word)
  if (status === undefined)
    throw new ReportMismatch(
      `expected a status of ${STATUSES.join(', ')}, got ${JSON.stringify(word.slice(0, 40))}`,
    )
  const atMs = instantOf(record) ?? documentAtMs
  return {
    ids: vulnerabilityIds(record),
    products: (listMember(record, 'products') ?? []).map(productOf),
    status,
    hasReason:
      textMember(record, 'justification') !== undefined ||
      textMember(record, 'impact_statement') !== undefined,
    ...(atMs === undefined ? {} : { atMs }),
  }
}

/** A text in 0.0.1, an object with name, id and aliases since 0.2.0. */
function vulnerabilityIds(record: JsonMembers): readonly string[] {
  const value = jsonMember(record, 'vulnerability')
  if (typeof value === 'string') return [value]
  const members = requireMember(membersOf(value), 'vulnerability')
  const ids = [
    textMember(members, 'name'),
    textMember(members, '@id'),
    ...(listMember(members, 'aliases') ?? []),
  ]
  return ids.filter((each) => typeof each === 'string')
}

function productOf(value: Json): VexProduct {
  if (typeof value === 'string') return { ids: [value], parts: [] }
  const members = requireMember(membersOf(value), 'product')
  return {
    ids: idsOf(members),
    parts: (listMember(members, 'subcomponents') ?? []).map((each) =>
      typeof each === 'string' ? [each] : idsOf(requireMember(membersOf(each), 'subcomponent')),
    ),
  }
}

function idsOf(members: JsonMembers): readonly string[] {
  const identifiers = objectMember(members, 'identifiers')
  const ids = [textMember(members, '@id'), ...Object.values(identifiers ?? {})]
  return ids.filter((each) => typeof each === 'string')
}

function instantOf(record: JsonMembers): number | undefined {
  const text = textMember(record, 'last_updated') ?? textMember(record, 'timestamp')
  if (text === undefined) return undefined
  const atMs = INSTANT.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(atMs))
    throw new ReportMismatch(
      `expected an instant such as 2026-01-31T12:00:00Z, got ${JSON.stringify(text.slice(0, 40))}`,
    )
  return atMs
}
