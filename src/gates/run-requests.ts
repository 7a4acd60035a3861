// What requests about runs have to look like.
import { z } from 'zod'
import type { ContentDigest } from '../kernel/index.ts'
import { ENVIRONMENT_LIMIT_CHARACTERS, RELEASE_PART_LIMIT_CHARACTERS } from './release-name.ts'
import { callSchema } from './run-call.ts'

const digestSchema = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, 'expected sha256: and 64 hexadecimal digits')
  .transform((text) => text as ContentDigest)
const textSchema = z.string().min(1).max(500)

export const subjectSchema = z.strictObject({
  service: z.string().min(1).max(RELEASE_PART_LIMIT_CHARACTERS),
  version: z.string().min(1).max(RELEASE_PART_LIMIT_CHARACTERS),
  environment: z.string().min(1).max(ENVIRONMENT_LIMIT_CHARACTERS),
  digests: z.record(textSchema, z.string().regex(/^(sha256:)?[0-9a-f]{64}$/)),
  commit: z
    .string()
    .regex(/^[0-9a-f]{40,64}$/)
    .exactOptional(),
})

export const startSchema = z.strictObject({
  planHash: digestSchema,
  parameters: z.record(z.string().max(100), z.string().max(10_000)),
  parametersDigest: digestSchema,
  subject: subjectSchema,
  confirmToken: z.string().max(200).optional(),
  resume: z.enum(['cut-off', 'open', 'must', 'none']).optional(),
  gates: z.array(z.string().max(2000)).min(1).max(10_000).optional(),
  runner: z
    .strictObject({
      id: z.string().min(1).max(100),
      machine: z.string().max(300),
      pid: z.int().min(0),
    })
    .optional(),
  replaces: z.string().max(100).optional(),
  call: callSchema.optional(),
})

export const intentSchema = z.strictObject({
  gate: z.string().max(2000),
  attempt: z.int().min(1).max(1000),
  holder: z.string().max(100).optional(),
})
const holderIdSchema = z.string().min(1).max(100)
export const renewSchema = z.strictObject({ holder: holderIdSchema })
export const pauseSchema = z.strictObject({ holder: holderIdSchema, isWaiting: z.boolean() })
