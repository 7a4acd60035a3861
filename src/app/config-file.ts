// Reads seaworthy.yaml: what a repository says about itself, never where keys are sent or which secrets are used.
import { readFileSync, statSync } from 'node:fs'
import { dirname, isAbsolute, relative, resolve } from 'node:path'
import { z } from 'zod'
import { messageOf, utf8Text } from '../kernel/index.ts'
import { frameOf, readYamlText } from '../document/index.ts'
import { appFault } from './errors.ts'

/** Largest configuration file that is read, in bytes; ours has five keys. */
const CONFIG_LIMIT_BYTES = 65_536

const name = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}]+$/u, 'expected one line')

/** Keys of seaworthy.yaml. The published JSON Schema is made from this. */
export const configSchema = z.strictObject({
  data: name
    .exactOptional()
    .describe('Data folder, relative to this file and below its folder; default .seaworthy'),
  tenant: name.exactOptional().describe('Tenant whose releases are meant; default local'),
  checklist: name
    .exactOptional()
    .describe('Checklist or plan that import, lint, plan and run take when none is named'),
  service: name
    .exactOptional()
    .describe('Service that is released, where a checklist is planned; --service wins'),
  environment: name
    .max(100)
    .exactOptional()
    .describe('Environment the gates look at, where a checklist is planned; --environment wins'),
})

/** What a configuration file said. */
export interface FileSettings {
  readonly path: string
  /** Absolute; the file's own folder or below it. */
  readonly data?: string
  readonly tenant?: string
  readonly checklist?: string
  readonly service?: string
  readonly environment?: string
}

const PLACE = { keys: Object.keys(configSchema.shape) }

/** @throws APP_CONFIG_REFUSED with line, column and the line itself */
export function readConfigFile(path: string): FileSettings {
  const text = readText(path)
  const read = readYamlText(text, {
    // An empty file says nothing, as one of comments only does.
    schema: z.preprocess((value) => value ?? {}, configSchema),
    placeAt: (at) => (at.length === 0 ? PLACE : undefined),
  })
  if (!read.ok) {
    const { place, detail, cause } = read
    throw refuse(path, place === undefined ? detail : frameOf(text, place, detail), cause)
  }
  const { data, ...rest } = read.value
  const base = dirname(path)
  return {
    path,
    ...rest,
    ...(data === undefined ? {} : { data: folderBelow(path, data) }),
    ...(rest.checklist === undefined ? {} : { checklist: resolve(base, rest.checklist) }),
  }
}

// A repository's file may not point the data folder, with its keys, at another place of the reader's machine.
function folderBelow(path: string, data: string): string {
  const base = dirname(path)
  const folder = resolve(base, data)
  const way = relative(base, folder)
  if (isAbsolute(data) || way === '' || way.startsWith('..') || isAbsolute(way)) {
    throw refuse(
      path,
      `data: expected a folder below ${base}, got ${JSON.stringify(data)}; another place is chosen with --data or SEAWORTHY_DATA`,
    )
  }
  return folder
}

function readText(path: string): string {
  try {
    const { size } = statSync(path)
    if (size > CONFIG_LIMIT_BYTES)
      throw refuse(path, `expected at most ${CONFIG_LIMIT_BYTES} bytes, got ${size}`)
    return utf8Text(readFileSync(path)).replace(/^\ufeff/, '')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'APP_CONFIG_REFUSED')
      throw cause
    throw refuse(path, `expected a readable UTF-8 file: ${messageOf(cause)}`, cause)
  }
}

function refuse(path: string, message: string, cause?: unknown): Error {
  return appFault('APP_CONFIG_REFUSED', `${path}: ${message}`, cause === undefined ? {} : { cause })
}
