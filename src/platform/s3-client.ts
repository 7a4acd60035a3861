// A client of S3, or of what speaks like it: how long it waits, how often it tries, and which bucket is meant.
import type * as S3 from '@aws-sdk/client-s3'
import { platformFault } from './errors.ts'

/** The first included; each is the whole request, so what is sent must be the same the second time. */
const ATTEMPT_LIMIT = 3
export const CONNECT_LIMIT_MS = 3_000
/** Without a byte coming or going. */
const SILENCE_LIMIT_MS = 10_000
/** One put or get, all attempts together. */
export const CALL_LIMIT_MS = 60_000
/** Stores of others ask for one and do not look at it. */
const REGION_OF_OTHERS = 'us-east-1'

export interface S3Terms {
  /** `bucket` or `bucket/prefix`. */
  readonly bucket: string
  /** Of a store that is not Amazon's. */
  readonly endpoint?: string | undefined
  readonly region?: string | undefined
  /** Without a byte coming or going; for tests. */
  readonly silenceLimitMs?: number
}

export type S3Sdk = typeof S3

export interface S3Place {
  readonly sdk: S3Sdk
  readonly client: S3.S3Client
  readonly bucket: string
  /** Empty, or ends with a slash. */
  readonly prefix: string
}

/**
 * Credentials come from where the AWS SDK finds them: environment, files, or the machine's own role. Loaded here only: nobody
 * else pays for the SDK.
 * @throws PLATFORM_VALUE_REFUSED for a bucket that is none
 */
export async function openS3(terms: S3Terms): Promise<S3Place> {
  const [, bucket, prefix = ''] =
    /^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([\w./-]*))?$/.exec(terms.bucket) ?? []
  if (bucket === undefined)
    throw platformFault('PLATFORM_VALUE_REFUSED', 'expected the name of a bucket, or bucket/prefix')
  const sdk = await import('@aws-sdk/client-s3')
  const { endpoint, region, silenceLimitMs = SILENCE_LIMIT_MS } = terms
  const client = new sdk.S3Client({
    maxAttempts: ATTEMPT_LIMIT,
    // Every write brings a digest of its own; other stores refuse checksums that they do not know.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: CONNECT_LIMIT_MS,
      requestTimeout: silenceLimitMs,
      socketTimeout: silenceLimitMs,
      throwOnRequestTimeout: true,
    },
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    ...(region === undefined && endpoint === undefined
      ? {}
      : { region: region ?? REGION_OF_OTHERS }),
  })
  return { sdk, client, bucket, prefix: prefix === '' ? '' : `${prefix.replace(/\/+$/, '')}/` }
}
