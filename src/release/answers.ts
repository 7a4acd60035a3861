// What routes of releases and registers answer, as schemas.
import { z } from 'zod'

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/)
const exit = z.int().min(0)
const verdict = z.looseObject({ value: z.string() })
const list = z.array(z.looseObject({}))
const names = z.record(z.string(), z.string())

/** Where the release was looked at, and where it is when nobody names an environment. */
const shown = { environment: z.string(), ownEnvironment: z.string() }

export const openedSchema = z.strictObject({ service: z.string(), version: z.string() })

export const reviewSchema = z.strictObject({
  release: z.string(),
  runId: z.string(),
  environments: z.array(z.string()),
  reviewHash: digest,
  subject: z.looseObject({}),
  plan: z.looseObject({}),
  planHash: digest,
  results: list,
  planReviews: list,
  signOffs: list,
  quorum: z.strictObject({ rejections: list, gaps: list }),
  verdict,
  terms: z.looseObject({}),
  timezone: z.string(),
  latestDecision: z.looseObject({}).nullable(),
  locks: z.array(z.unknown()),
  names,
})

export const decidedSchema = z.strictObject({
  release: z.string(),
  timezone: z.string(),
  runId: z.string(),
  verdict,
  names,
  statement: digest,
  inputs: digest,
  locks: z.array(z.unknown()),
  exit,
})

export const replayedSchema = z.strictObject({
  release: z.string(),
  statement: z.string(),
  verdict,
  differences: z.array(z.string()),
  exit,
})

export const documentsSchema = z.strictObject({
  /** The filled checklist, base64; null where a plan has none. */
  filled: z.string().nullable(),
  reportMarkdown: z.string(),
  reportHtml: z.string(),
  isDecided: z.boolean(),
  ...shown,
})

export const reportSchema = z.strictObject({
  markdown: z.string(),
  html: z.string(),
  isDecided: z.boolean(),
  ...shown,
})

export const attestedSchema = z.strictObject({
  bundle: z.looseObject({ mediaType: z.string() }),
  trustedRoot: z.looseObject({ mediaType: z.string() }),
  publicKey: z.string(),
})

export const sealedSchema = z.strictObject({
  bundle: digest,
  sizeBytes: z.int().min(1),
  trust: z.string(),
  ...shown,
})

export const recordedChangeSchema = z.strictObject({
  service: z.string(),
  statement: z.string(),
  position: z.int().min(1),
  isPending: z.boolean(),
})

export const registerSchema = z.looseObject({
  risks: list,
  waivers: list,
  conditions: list,
  freezes: list,
  budget: z.looseObject({}).nullable(),
  launches: list,
  proposals: list,
})
