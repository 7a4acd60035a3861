// Finds the outsiders' test vectors, which are never part of this tree.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Why a test that needs the vectors skips. */
export const VECTORS_MISSING = 'SEAWORTHY_VECTORS is not set'

/** The folder of vectors, or undefined when the environment does not name one. */
export function vectorsFolder(): string | undefined {
  const folder = process.env['SEAWORTHY_VECTORS']
  return folder === undefined || folder === '' ? undefined : folder
}

export function readVector(folder: string, path: string): string {
  return readFileSync(join(folder, path), 'utf8')
}

/** Paths of all files below `path`, relative to `folder`, sorted. */
export function listVectors(folder: string, path: string): string[] {
  if (!statSync(join(folder, path)).isDirectory()) return [path]
  return readdirSync(join(folder, path))
    .sort()
    .flatMap((name) => listVectors(folder, join(path, name)))
}
