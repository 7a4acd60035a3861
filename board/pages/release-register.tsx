// Risks, waivers and conditions that the verdict of a release reads, as people signed them.
import { useState } from 'react'
import type { ReactNode } from 'react'
import { waiversOf } from '../../src/release/register-answer.ts'
import { api } from '../api.ts'
import type { Register, Review } from '../answers.ts'
import { useLive } from '../live.ts'
import { Mark } from '../parts/mark.tsx'
import { Moment } from '../parts/moment.tsx'
import { Loaded } from '../parts/state.tsx'
import { isOfRun, toldOfRelease } from '../rhythms.ts'
import { nameOf } from '../words.ts'
import type { Tone } from '../words.ts'
import { Waivers } from './release-waivers.tsx'

const REFRESH_MS = 20_000

interface RegisterTerms {
  readonly review: Review
}

export function RegisterSections({ review }: RegisterTerms): ReactNode {
  const { service } = review.subject
  const [changeCount, count] = useState(0)
  const onChange = (): void => count((before) => before + 1)
  const register = useLive(
    `register ${service}`,
    () => api.register(service),
    toldOfRelease(review.subject, REFRESH_MS, (change) => !isOfRun(change)),
    changeCount,
  )
  return (
    <section id="risks" aria-labelledby="risks-title">
      <h2 id="risks-title">Risks, waivers, conditions</h2>
      <Loaded live={register} what="the register">
        {(value) => (
          <>
            <Risks review={review} register={value} />
            <Waivers {...{ review, onChange }} register={value} />
            <Conditions review={review} register={value} />
            {isEmptyFor(review, value) ? (
              <p className="soft">
                No risk of {service} is recorded, and no waiver or condition of this release.
              </p>
            ) : null}
          </>
        )}
      </Loaded>
    </section>
  )
}

interface PartTerms extends RegisterTerms {
  readonly register: Register
}

function isEmptyFor(review: Review, register: Register): boolean {
  const conditionCount = review.verdict.conditions?.length ?? 0
  return register.risks.length + waiversOf(register, review.subject).length + conditionCount === 0
}

function Risks({ review, register }: PartTerms): ReactNode {
  if (register.risks.length === 0) return null
  return (
    <table className="rows">
      <caption>Risks of {review.subject.service}</caption>
      <thead>
        <tr>
          <th scope="col">Risk</th>
          <th scope="col">State</th>
          <th scope="col">Owner</th>
          <th scope="col">Due or accepted until</th>
        </tr>
      </thead>
      <tbody>
        {register.risks.map((risk) => (
          <tr key={risk.id}>
            <th scope="row">
              {risk.level} {risk.id}: {risk.title}
            </th>
            <td data-column="State">
              <Mark tone={toneOfRisk(risk.level, risk.state)}>{risk.state.toLowerCase()}</Mark>
            </td>
            <td data-column="Owner">{nameOf(review, risk.owner)}</td>
            <td data-column="Until">
              <Until at={risk.acceptedUntilMs ?? risk.dueAtMs} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function toneOfRisk(level: string, state: string): Tone {
  if (state === 'CLOSED') return 'go'
  if (state === 'ACCEPTED') return 'wait'
  return level === 'P0' || level === 'P1' ? 'stop' : 'wait'
}

function Conditions({ review, register }: PartTerms): ReactNode {
  const states = new Map(review.verdict.conditions?.map(({ id, state }) => [id, state]))
  const own = register.conditions.filter(({ id }) => states.has(id))
  if (own.length === 0) return null
  return (
    <table className="rows">
      <caption>Conditions of this version</caption>
      <thead>
        <tr>
          <th scope="col">Condition</th>
          <th scope="col">State</th>
          <th scope="col">Owner</th>
          <th scope="col">Due</th>
        </tr>
      </thead>
      <tbody>
        {own.map((condition) => (
          <tr key={condition.id}>
            <th scope="row">
              {condition.id}: {condition.text}{' '}
              <a href={`#gate-${condition.gate}`}>shown by its gate</a>
              <span className="soft">, holds back {condition.blocks}</span>
            </th>
            <td data-column="State">
              <Mark tone={toneOfCondition(states.get(condition.id))}>
                {states.get(condition.id)?.toLowerCase()}
              </Mark>
            </td>
            <td data-column="Owner">{nameOf(review, condition.owner)}</td>
            <td data-column="Due">
              <Until at={condition.dueAtMs} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function toneOfCondition(state: string | undefined): Tone {
  if (state === 'MET') return 'go'
  if (state === 'MISSED') return 'stop'
  return state === 'WITHDRAWN' ? 'calm' : 'wait'
}

function Until({ at }: { readonly at: number | undefined }): ReactNode {
  return at === undefined ? <span className="soft">no date</span> : <Moment at={at} />
}
