// The bundle: everything one decision rests on in one canonical container, listed and signed by its manifest.
import { canonicalBytes, contentDigest, hexOf } from '../kernel/index.ts'
import type { ContentDigest, Digest, Json, Signer } from '../kernel/index.ts'
import { parseCanonical } from './entry.ts'
import { keyIdOf } from './keyid.ts'
import { accepted, refused } from './parsed.ts'
import type { Parsed } from './parsed.ts'
import {
  asArray,
  asCount,
  asDigest,
  asInstant,
  asObject,
  asOneOf,
  asText,
  expectKeys,
  ShapeMismatch,
} from './reading.ts'
import { readTar, refuseTarPath, writeTar } from './tar.ts'
import type { TarFile } from './tar.ts'

export const BUNDLE_FORMAT = 'seaworthy-bundle/1'
export const MANIFEST_PATH = 'manifest.json'
export const MANIFEST_SIGNATURE_PATH = 'manifest.sig'

/** Files and gates beyond this are refused. */
export const MANIFEST_LIST_LIMIT = 100_000

/** Size and digest of some bytes. */
export interface ContentFacts {
  readonly sizeBytes: number
  readonly sha256: ContentDigest
}

/** One file of the bundle as the manifest lists it. */
export interface ManifestFile extends ContentFacts {
  readonly path: string
  /** What gunzip makes of the stored bytes; present for evidence only. */
  readonly content?: ContentFacts
}

export interface Manifest {
  readonly format: typeof BUNDLE_FORMAT
  readonly release: { readonly service: string; readonly version: string }
  /** RFC 3339 UTC with milliseconds; the sealer's word, nobody else vouches for it. */
  readonly createdAt: string
  /** keyId of the key behind `manifest.sig`. */
  readonly signer: string
  /** Every gate id of the plan, in plan order. */
  readonly gates: readonly string[]
  /** Every file but the manifest and its signature, sorted bytewise by path. */
  readonly files: readonly ManifestFile[]
}

/** A file to be packed; `content` for gzip'd evidence. */
export interface BundleFile extends TarFile {
  readonly content?: ContentFacts
}

export interface BundleDraft {
  readonly release: Manifest['release']
  readonly createdAt: string
  readonly gates: readonly string[]
  readonly files: readonly BundleFile[]
}

/** A container that was read; nothing in it has been checked against anything yet. */
export interface OpenedBundle {
  readonly manifest: Manifest
  /** What `signature` (DER ECDSA P-256 SHA-256) is over. */
  readonly manifestBytes: Uint8Array
  readonly signature: Uint8Array
  /** Every other file, by path. */
  readonly files: ReadonlyMap<string, Uint8Array>
}

/** The path of a statement, from its id (digest of the envelope's bytes). */
export function statementPath(id: ContentDigest): string {
  return `statements/${id.slice('sha256:'.length)}.json`
}

/** The path of evidence, from the digest of the stored (gzip'd) bytes. */
export function evidencePath(digest: Digest, storedBytes: Uint8Array): string {
  return `evidence/${hexOf(digest.sha256(storedBytes))}.gz`
}

/** The manifest of `draft`; `signer` is the keyId of the key that will sign it. */
export function buildManifest(digest: Digest, draft: BundleDraft, signer: string): Manifest {
  const files = draft.files
    .toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
    .map((file) => ({
      path: file.path,
      sizeBytes: file.bytes.length,
      sha256: contentDigest(digest.sha256(file.bytes)),
      ...(file.content === undefined ? {} : { content: file.content }),
    }))
  return {
    format: BUNDLE_FORMAT,
    release: draft.release,
    createdAt: draft.createdAt,
    signer,
    gates: draft.gates,
    files,
  }
}

/**
 * Seals `draft`: manifest, signature over the manifest's bytes, container.
 * @throws RangeError for paths a bundle may not have, or twice, or too many bytes.
 */
export async function packBundle(
  digest: Digest,
  draft: BundleDraft,
  signer: Signer,
): Promise<Uint8Array> {
  const manifestBytes = canonicalBytes(
    buildManifest(digest, draft, keyIdOf(digest, signer.publicKey)),
  )
  const signature = await signer.sign(manifestBytes)
  return writeTar([
    ...draft.files,
    { path: MANIFEST_PATH, bytes: manifestBytes },
    { path: MANIFEST_SIGNATURE_PATH, bytes: signature },
  ])
}

/** Takes a container apart. Refuses bytes that `packBundle` could not have written, saying where. */
export function openBundle(bytes: Uint8Array): Parsed<OpenedBundle> {
  const tar = readTar(bytes)
  if (!tar.ok) {
    return refused(
      `the container is not canonical at byte ${tar.offset}${tar.path === undefined ? '' : ` (${tar.path})`}: ${tar.reason}`,
    )
  }
  const files = new Map(tar.value.map((file) => [file.path, file.bytes]))
  const manifestBytes = files.get(MANIFEST_PATH)
  const signature = files.get(MANIFEST_SIGNATURE_PATH)
  if (manifestBytes === undefined || signature === undefined) {
    return refused(
      `expected ${MANIFEST_PATH} and ${MANIFEST_SIGNATURE_PATH}, got ${tar.value.length} files without them`,
    )
  }
  files.delete(MANIFEST_PATH)
  files.delete(MANIFEST_SIGNATURE_PATH)
  const manifest = parseManifest(manifestBytes)
  return manifest.ok
    ? accepted({ manifest: manifest.value, manifestBytes, signature, files })
    : manifest
}

/** Reads manifest bytes strictly: canonical JSON, known members only, files sorted and each once. */
export function parseManifest(bytes: Uint8Array): Parsed<Manifest> {
  try {
    return accepted(readManifest(parseCanonical(bytes)))
  } catch (thrown) {
    if (thrown instanceof ShapeMismatch) return refused(`${MANIFEST_PATH}: ${thrown.message}`)
    throw thrown
  }
}

/**
 * What is wrong between the manifest's list and the files that are there: sizes, digests, missing and extra
 * files. Empty when every byte is accounted for.
 */
export function compareFiles(
  digest: Digest,
  opened: OpenedBundle,
): readonly { readonly path: string; readonly text: string }[] {
  const out: { readonly path: string; readonly text: string }[] = []
  const listed = new Set<string>()
  for (const file of opened.manifest.files) {
    listed.add(file.path)
    const bytes = opened.files.get(file.path)
    if (bytes === undefined)
      out.push({ path: file.path, text: 'the manifest lists it, the bundle does not have it' })
    else if (bytes.length !== file.sizeBytes) {
      out.push({ path: file.path, text: `expected ${file.sizeBytes} bytes, got ${bytes.length}` })
    } else {
      const got = contentDigest(digest.sha256(bytes))
      if (got !== file.sha256)
        out.push({ path: file.path, text: `expected the digest ${file.sha256}, got ${got}` })
    }
  }
  for (const path of opened.files.keys()) {
    if (!listed.has(path))
      out.push({ path, text: 'the bundle has it, the manifest does not list it' })
  }
  return out
}

function readManifest(value: Json): Manifest {
  const manifest = asObject(value, 'the manifest')
  expectKeys(
    manifest,
    ['format', 'release', 'createdAt', 'signer', 'gates', 'files'],
    [],
    'the manifest',
  )
  const release = asObject(manifest['release'], 'release')
  expectKeys(release, ['service', 'version'], [], 'release')
  const signer = asText(manifest['signer'], 'signer')
  if (!/^[0-9a-f]{64}$/.test(signer))
    throw new ShapeMismatch('expected signer to be 64 hexadecimal digits')
  const gates = asList(manifest['gates'], 'gates').map((gate) => asText(gate, 'gates'))
  const files = asList(manifest['files'], 'files').map((file, index) =>
    readManifestFile(file, `files[${index}]`),
  )
  for (const [index, file] of files.entries()) {
    const before = files[index - 1]
    if (before !== undefined && before.path >= file.path) {
      throw new ShapeMismatch(
        `expected files sorted by path, each once, got files[${index}] out of order`,
      )
    }
  }
  return {
    format: asOneOf(manifest['format'], [BUNDLE_FORMAT], 'format'),
    release: {
      service: asText(release['service'], 'service'),
      version: asText(release['version'], 'version'),
    },
    createdAt: asInstant(manifest['createdAt'], 'createdAt'),
    signer,
    gates,
    files,
  }
}

function readManifestFile(value: Json, where: string): ManifestFile {
  const file = asObject(value, where)
  expectKeys(file, ['path', 'sizeBytes', 'sha256'], ['content'], where)
  const path = asText(file['path'], `${where}.path`)
  const unsafe = refuseTarPath(path)
  if (unsafe !== undefined) throw new ShapeMismatch(`${where}.path: ${unsafe}`)
  if (path === MANIFEST_PATH || path === MANIFEST_SIGNATURE_PATH)
    throw new ShapeMismatch(`${where} lists ${path} itself`)
  const facts = {
    path,
    sizeBytes: asCount(file['sizeBytes'], `${where}.sizeBytes`),
    sha256: asDigest(file['sha256'], `${where}.sha256`),
  }
  if (file['content'] === undefined) return facts
  const content = asObject(file['content'], `${where}.content`)
  expectKeys(content, ['sizeBytes', 'sha256'], [], `${where}.content`)
  return {
    ...facts,
    content: {
      sizeBytes: asCount(content['sizeBytes'], `${where}.content.sizeBytes`),
      sha256: asDigest(content['sha256'], `${where}.content.sha256`),
    },
  }
}

function asList(value: Json | undefined, where: string): readonly Json[] {
  const list = asArray(value, where)
  if (list.length > MANIFEST_LIST_LIMIT)
    throw new ShapeMismatch(`expected at most ${MANIFEST_LIST_LIMIT} ${where}`)
  return list
}
