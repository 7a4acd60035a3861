// Reads the operator's file of issuers: with whom people may sign in, and with which secret this server asks.
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { frameOf, readYamlText } from '../document/index.ts'
import type { IssuerSettings } from '../identity/index.ts'
import { messageOf } from '../kernel/index.ts'
import { isLoopbackHost } from '../web/index.ts'
import { appFault } from './errors.ts'

const FILE_LIMIT_LENGTH = 65_536
const ISSUER_COUNT_LIMIT = 20

const line = z
  .string()
  .min(1)
  .max(1_000)
  .regex(/^[^\p{Cc}]+$/u, 'expected one line')
const issuerSchema = z
  .strictObject({
    preset: z.enum(['google', 'github']).optional(),
    issuer: line.optional(),
    label: line.optional(),
    clientId: line,
    clientSecret: line.optional(),
    clientSecretFile: line.optional(),
  })
  .refine(
    ({ preset, issuer }) => (preset === 'google' ? issuer === undefined : (preset ?? issuer)),
    'expected an issuer, or a preset that has one',
  )
  .refine(
    ({ clientSecret, clientSecretFile }) => !(clientSecret && clientSecretFile),
    'expected clientSecret or clientSecretFile, got both',
  )
const fileSchema = z
  .record(
    z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/, 'expected a name such as corp'),
    issuerSchema,
  )
  .refine(
    (all) => Object.keys(all).length <= ISSUER_COUNT_LIMIT,
    `expected at most ${ISSUER_COUNT_LIMIT} issuers`,
  )

const PRESETS = {
  google: { issuer: 'https://accounts.google.com', label: 'Google' },
  github: { issuer: 'https://github.com', label: 'GitHub' },
} as const

/** @throws APP_CONFIG_REFUSED: an issuer sends people back to one address alone, which only the operator knows */
export function readSignInSettings(
  publicUrl: string | undefined,
  path: string,
): { readonly ownOrigin: string; readonly issuers: readonly IssuerSettings[] } {
  const url = publicUrl !== undefined && URL.canParse(publicUrl) ? new URL(publicUrl) : undefined
  if (url === undefined || !isSafeAddress(url) || url.pathname !== '/')
    throw appFault(
      'APP_CONFIG_REFUSED',
      `expected SEAWORTHY_PUBLIC_URL to be the https address that browsers know this server by, without a path, got ${publicUrl === undefined ? 'none' : JSON.stringify(publicUrl.slice(0, 200))}`,
    )
  return { ownOrigin: url.origin, issuers: readIssuersFile(path) }
}

/** @throws APP_CONFIG_REFUSED with line, column and the line itself, but for lines of secrets */
function readIssuersFile(path: string): readonly IssuerSettings[] {
  const text = readText(path)
  const read = readYamlText(text, { schema: fileSchema, placeAt: () => undefined })
  if (!read.ok) {
    const { place, detail, cause } = read
    // The frame shows lines of the file, and one of them may be a secret.
    const frame =
      place === undefined || /secret/i.test(text.split('\n')[place.line - 1] ?? '')
        ? detail
        : frameOf(text, place, detail)
    throw refuse(path, frame, cause)
  }
  const settings = Object.entries(read.value).map(([name, written]) =>
    settingsOf(path, name, written),
  )
  const twice = settings.find(
    ({ issuer }, index) => settings.findIndex((each) => each.issuer === issuer) !== index,
  )
  if (twice !== undefined)
    throw refuse(path, `${twice.name}: expected another issuer than one that is there already`)
  return settings
}

function settingsOf(
  path: string,
  name: string,
  written: z.infer<typeof issuerSchema>,
): IssuerSettings {
  const { preset, clientId, clientSecretFile } = written
  const usual = preset === undefined ? undefined : PRESETS[preset]
  const issuer = written.issuer ?? usual?.issuer ?? ''
  const clientSecret =
    clientSecretFile === undefined
      ? written.clientSecret
      : readText(resolve(dirname(path), clientSecretFile)).trim()
  if (preset !== undefined && clientSecret === undefined)
    throw refuse(path, `${name}: expected clientSecret or clientSecretFile`)
  return {
    name,
    label: written.label ?? (written.issuer === undefined ? usual?.label : undefined) ?? name,
    issuer: admitIssuer(path, name, issuer, preset),
    kind: preset ?? 'openid',
    clientId,
    ...(clientSecret === undefined ? {} : { clientSecret }),
  }
}

/** @throws APP_CONFIG_REFUSED: without TLS anybody in between could say who somebody is */
function admitIssuer(path: string, name: string, text: string, preset: string | undefined): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !isSafeAddress(url))
    throw refuse(path, `${name}: expected an https address as issuer`)
  // Written to the letter, as answers name it; addresses of an API are put behind that of GitHub.
  return preset === 'github' ? text.replace(/\/+$/, '') : text
}

/** Of TLS, or of this very machine, and with nothing in it but where it is. */
function isSafeAddress(url: URL): boolean {
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.host))
  return isSafe && url.username === '' && url.search === '' && url.hash === ''
}

function readText(path: string): string {
  try {
    const text = readFileSync(path, 'utf8')
    if (text.length <= FILE_LIMIT_LENGTH) return text
  } catch (cause) {
    throw refuse(path, `expected a readable file: ${messageOf(cause)}`, cause)
  }
  throw refuse(path, `expected at most ${FILE_LIMIT_LENGTH} characters`)
}

function refuse(path: string, message: string, cause?: unknown): Error {
  return appFault('APP_CONFIG_REFUSED', `${path}: ${message}`, cause === undefined ? {} : { cause })
}
