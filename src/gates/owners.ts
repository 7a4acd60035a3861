// Finds who is to see to a gate in the gate's own words: `[SRE]`, `(owner: X)`, `@team`.
import { slugOf } from '../kernel/index.ts'

/** Words that make a bracket the name of a role; everything else in brackets may mean anything. */
const ROLE_WORDS = new Set(
  (
    'sre qa dev devs devops ops secops security platform backend frontend mobile release rm dpo privacy legal product pm ' +
    'po em lead manager engineer engineering owner team oncall dba database infra infrastructure support docs marketing ' +
    'comms compliance finops data ml ' +
    'leitung leiter betrieb entwicklung sicherheit datenschutz ' +
    'equipe exploitation securite responsable chef ' +
    'equipo operaciones seguridad jefe ' +
    'beheer ontwikkeling beveiliging beheerder ' +
    'ekip ekibi takim takimi guvenlik yonetici yoneticisi gelistirme ' +
    'time equipa operacoes seguranca gerente ' +
    'squadra sicurezza sviluppo responsabile'
  ).split(' '),
)

const OWNER_KEY =
  'owners?|dri|assignee|assigned to|responsible|verantwortlich(?:er|e)?|zuständig|responsable|responsável|responsabile|' +
  'verantwoordelijke?|eigenaar|sorumlu'
const NAME = '@?[\\p{L}\\p{N}][\\p{L}\\p{N} ._@&/+-]{0,59}'
const STATED = new RegExp(`[([]\\s*(?:${OWNER_KEY})\\s*[:=–-]\\s*(${NAME}?)\\s*[)\\]]`, 'iu')
const TRAILING = new RegExp(`[\\s,;–—-](?:${OWNER_KEY})\\s*:\\s*(${NAME})\\s*$`, 'iu')
const BRACKET = /^\[([^[\]]{2,40})\]|\[([^[\]]{2,40})\][\s.]*$|^\(([^()]{2,40})\)\s/u
// An address and a package also hold an @; only one that stands alone at an edge or in brackets names people.
const MENTION =
  /^@([A-Za-z0-9][\w./-]{0,79}?):?\s|[([]\s*@([A-Za-z0-9][\w./-]{0,79})\s*[)\]]|\s@([A-Za-z0-9][\w-]{0,59})[.\s]*$/

/** The owner that a title names, as it stands there; undefined when it names none. */
export function ownerIn(title: string): string | undefined {
  const stated = (STATED.exec(title) ?? TRAILING.exec(title))?.[1]?.trim()
  if (stated !== undefined && !/^(?:tbd|tba|todo|n\/?a)$/i.test(stated))
    return stated.replace(/^@/, '')
  const bracket = BRACKET.exec(title)
  const inBrackets = (bracket?.[1] ?? bracket?.[2] ?? bracket?.[3])?.trim()
  if (inBrackets !== undefined && isRole(inBrackets)) return inBrackets.replace(/^@/, '')
  const mention = MENTION.exec(title)
  return mention?.[1] ?? mention?.[2] ?? mention?.[3]
}

function isRole(words: string): boolean {
  const parts = slugOf(words.replace(/on-?call/i, 'oncall')).split('-')
  return parts.length <= 4 && parts.some((part) => ROLE_WORDS.has(part))
}
