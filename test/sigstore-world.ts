// A whole Sigstore of its own for tests: an authority of certificates, a log of them, a log of signatures and a clock.
import { hash } from 'node:crypto'
import {
  derOctets,
  derSequence,
  derText,
  derValue,
  encodeExtension,
  encodeName,
  encodeUnsigned,
  authorityExtensions,
  issueCertificate,
  issueTimestamp,
  makeTimestampAuthority,
  singleUseExtensions,
} from '../src/attestation/index.ts'
import type { CertificateTerms, TimestampAuthority } from '../src/attestation/index.ts'
import { base64Of, concatBytes, utf8Bytes } from '../src/kernel/index.ts'
import type { Signer } from '../src/kernel/index.ts'
import { encodePae, hashNode } from '../src/proof/index.ts'
import { nodeDigest, nodeRandom } from './crypto.ts'
import { aSigner } from './runner.ts'

export const ISSUER = 'https://issuer.example'
export const IDENTITY = 'https://forge.example/harbour/.ci/publish.yml@refs/tags/v1'
export const SOURCE = 'https://forge.example/harbour'
export const PROVENANCE = 'https://slsa.dev/provenance/v1'
const BEGAN_MS = Date.parse('2026-01-01T00:00:00Z')
export const SIGNED_AT_MS = Date.parse('2026-06-01T12:00:00Z')
const STATEMENT_TYPE = 'application/vnd.in-toto+json'
const HOUR_MS = 3_600_000

/** JSON that tests change at any place. */
export type Loose = Record<string, any> // eslint-disable-line typescript/no-explicit-any

export interface BundleTerms {
  /** Bytes of the artefact. */
  readonly artefact: Uint8Array
  readonly identity?: string
  readonly issuer?: string
  /** When it was signed, logged and stamped. */
  readonly atMs?: number
  /** When the certificate begins; it lasts ten minutes. */
  readonly notBeforeMs?: number
  /** The file itself is signed instead of a statement about it. */
  readonly isMessage?: boolean
  /** What bundle and log say was signed, where that is not so. */
  readonly saidArtefact?: Uint8Array
  /** Older bundles hold a chain of certificates and the log's promise. */
  readonly version?: '0.1' | '0.2' | '0.3'
  readonly predicateType?: string
  /** What the certificate is for; default: signing code. */
  readonly use?: string
  /** Absent = a key under a certificate. */
  readonly keySigner?: Signer
}

export class SigstoreWorld {
  readonly #root = aSigner()
  readonly #log = aSigner()
  readonly #certificateLog = aSigner()
  readonly #authority: Promise<TimestampAuthority>
  readonly #rootCertificate: Promise<Uint8Array>
  readonly #name = encodeName('example', 'certificate root')

  constructor() {
    this.#authority = makeTimestampAuthority(nodeDigest, {
      organization: 'example',
      rootSigner: aSigner(),
      signer: aSigner(),
      sinceMs: BEGAN_MS,
    })
    this.#rootCertificate = issueCertificate(this.#root, {
      ...this.#validity(BEGAN_MS, 20 * 365 * 24 * HOUR_MS),
      serial: Uint8Array.of(1),
      issuer: this.#name,
      subject: this.#name,
      publicKey: this.#root.publicKey,
      extensions: authorityExtensions(nodeDigest, this.#root.publicKey),
    })
  }

  async trustedRoot(): Promise<Loose> {
    const since = { start: new Date(BEGAN_MS).toISOString() }
    const log = (signer: Signer, baseUrl: string): Loose => ({
      baseUrl,
      hashAlgorithm: 'SHA2_256',
      publicKey: {
        rawBytes: base64Of(signer.publicKey),
        keyDetails: 'PKIX_ECDSA_P256_SHA_256',
        validFor: since,
      },
      logId: { keyId: base64Of(nodeDigest.sha256(signer.publicKey)) },
    })
    const chain = (certificates: readonly Uint8Array[]): Loose => ({
      certificates: certificates.map((each) => ({ rawBytes: base64Of(each) })),
    })
    return {
      mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
      tlogs: [log(this.#log, 'https://log.example')],
      ctlogs: [log(this.#certificateLog, 'https://ct.example')],
      certificateAuthorities: [
        {
          subject: {},
          uri: 'https://ca.example',
          certChain: chain([await this.#rootCertificate]),
          validFor: since,
        },
      ],
      timestampAuthorities: [
        {
          subject: {},
          uri: 'https://tsa.example',
          certChain: chain((await this.#authority).certificates),
          validFor: since,
        },
      ],
    }
  }

  /** A bundle that holds, about one artefact. */
  async bundle(terms: BundleTerms): Promise<Loose> {
    const { artefact, atMs = SIGNED_AT_MS, version = '0.3', isMessage = false } = terms
    const signer = terms.keySigner ?? aSigner()
    const payload = statementOf(terms)
    const signedBytes = isMessage ? artefact : encodePae(STATEMENT_TYPE, payload)
    const signature = await signer.sign(signedBytes)
    const certificate = await this.#certificateOf(signer, terms)
    const body = utf8Bytes(
      JSON.stringify(hashedRecord(terms.saidArtefact ?? signedBytes, signature, certificate)),
    )
    const stamp = await issueTimestamp(
      { digest: nodeDigest, random: nodeRandom },
      await this.#authority,
      signature,
      atMs,
    )
    const isOld = version === '0.1'
    const raw = { rawBytes: base64Of(certificate) }
    return {
      mediaType:
        version === '0.3'
          ? 'application/vnd.dev.sigstore.bundle.v0.3+json'
          : `application/vnd.dev.sigstore.bundle+json;version=${version}`,
      verificationMaterial: {
        ...(terms.keySigner !== undefined
          ? { publicKey: { hint: 'a key' } }
          : version === '0.3'
            ? { certificate: raw }
            : { x509CertificateChain: { certificates: [raw] } }),
        tlogEntries: [
          {
            ...(await this.#entry(body, isOld, atMs)),
            kindVersion: { kind: 'hashedrekord', version: '0.0.1' },
          },
        ],
        timestampVerificationData: { rfc3161Timestamps: [{ signedTimestamp: base64Of(stamp) }] },
      },
      ...(isMessage
        ? {
            messageSignature: {
              messageDigest: {
                algorithm: 'SHA2_256',
                digest: base64Of(nodeDigest.sha256(terms.saidArtefact ?? artefact)),
              },
              signature: base64Of(signature),
            },
          }
        : {
            dsseEnvelope: {
              payload: base64Of(payload),
              payloadType: STATEMENT_TYPE,
              signatures: [{ sig: base64Of(signature), keyid: '' }],
            },
          }),
    }
  }

  /** A second leaf stands beside it, so that the proof has a hash. */
  async #entry(body: Uint8Array, isPromised: boolean, atMs: number): Promise<Loose> {
    const logId = nodeDigest.sha256(this.#log.publicKey)
    const leaf = (bytes: Uint8Array): Uint8Array =>
      nodeDigest.sha256(concatBytes([Uint8Array.of(0), bytes]))
    const other = leaf(utf8Bytes('another entry'))
    const root = hashNode(nodeDigest, other, leaf(body))
    const note = `log.example\n2\n${base64Of(root)}\n`
    const mark = base64Of(
      concatBytes([logId.subarray(0, 4), await this.#log.sign(utf8Bytes(note))]),
    )
    const integratedTime = isPromised ? `${atMs / 1_000}` : '0'
    const canonical = `{"body":"${base64Of(body)}","integratedTime":${integratedTime},"logID":"${Buffer.from(logId).toString('hex')}","logIndex":1}`
    const promise = { signedEntryTimestamp: base64Of(await this.#log.sign(utf8Bytes(canonical))) }
    const proof = {
      logIndex: '1',
      rootHash: base64Of(root),
      treeSize: '2',
      hashes: [base64Of(other)],
      checkpoint: { envelope: `${note}\n\u2014 log.example ${mark}\n` },
    }
    return {
      logIndex: '1',
      logId: { keyId: base64Of(logId) },
      integratedTime,
      canonicalizedBody: base64Of(body),
      ...(isPromised ? { inclusionPromise: promise } : { inclusionProof: proof }),
    }
  }

  async #certificateOf(
    signer: Signer,
    {
      identity = IDENTITY,
      issuer = ISSUER,
      atMs = SIGNED_AT_MS,
      notBeforeMs = atMs - 60_000,
      use = '1.3.6.1.5.5.7.3.3',
    }: BundleTerms,
  ): Promise<Uint8Array> {
    const keys = { own: signer.publicKey, authority: this.#root.publicKey }
    const terms: CertificateTerms = {
      ...this.#validity(notBeforeMs, 10 * 60_000),
      serial: Uint8Array.of(7, 7),
      issuer: this.#name,
      subject: derSequence(),
      publicKey: signer.publicKey,
      extensions: [
        ...singleUseExtensions(nodeDigest, use, keys),
        encodeExtension('2.5.29.17', derSequence(derValue(0x86, utf8Bytes(identity))), true),
        encodeExtension('1.3.6.1.4.1.57264.1.8', derText(issuer)),
        encodeExtension('1.3.6.1.4.1.57264.1.12', derText(SOURCE)),
      ],
    }
    const listed = await this.#certificateTimestamp(encodeUnsigned(terms), notBeforeMs)
    return issueCertificate(this.#root, { ...terms, extensions: [...terms.extensions, listed] })
  }

  /** RFC 6962: the log of certificates signs the certificate as it is without this extension. */
  async #certificateTimestamp(unsigned: Uint8Array, atMs: number): Promise<Uint8Array> {
    const time = new Uint8Array(8)
    new DataView(time.buffer).setBigUint64(0, BigInt(atMs))
    const sized = (count: number, value: number): Uint8Array =>
      Uint8Array.from(
        { length: count },
        (_, at) => Math.floor(value / 256 ** (count - 1 - at)) % 256,
      )
    const message = concatBytes([
      Uint8Array.of(0, 0),
      time,
      sized(2, 1),
      nodeDigest.sha256(this.#root.publicKey),
      sized(3, unsigned.length),
      unsigned,
      sized(2, 0),
    ])
    const signature = await this.#certificateLog.sign(message)
    const stamp = concatBytes([
      Uint8Array.of(0),
      nodeDigest.sha256(this.#certificateLog.publicKey),
      time,
      Uint8Array.of(0, 0, 4, 3),
      sized(2, signature.length),
      signature,
    ])
    const list = concatBytes([sized(2, stamp.length + 2), sized(2, stamp.length), stamp])
    return encodeExtension('1.3.6.1.4.1.11129.2.4.2', derOctets(list))
  }

  #validity(
    notBeforeMs: number,
    lastsMs: number,
  ): Pick<CertificateTerms, 'notBeforeMs' | 'notAfterMs'> {
    return { notBeforeMs, notAfterMs: notBeforeMs + lastsMs }
  }
}

function statementOf({ artefact, predicateType = PROVENANCE }: BundleTerms): Uint8Array {
  return utf8Bytes(
    JSON.stringify({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'harbour.tgz', digest: { sha256: hash('sha256', artefact, 'hex') } }],
      predicateType,
      predicate: { runDetails: { builder: { id: 'https://forge.example/builder' } } },
    }),
  )
}

function hashedRecord(
  signedBytes: Uint8Array,
  signature: Uint8Array,
  certificate: Uint8Array,
): object {
  return {
    apiVersion: '0.0.1',
    kind: 'hashedrekord',
    spec: {
      data: { hash: { algorithm: 'sha256', value: hash('sha256', signedBytes, 'hex') } },
      signature: { content: base64Of(signature), publicKey: { content: base64Of(certificate) } },
    },
  }
}
