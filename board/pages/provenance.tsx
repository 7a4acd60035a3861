// What a release's verdict rests on: the picture where there is room for it, the list everywhere.
import { useSyncExternalStore } from 'react'
import type { ReactNode } from 'react'
import { api } from '../api.ts'
import type { ReleaseName } from '../api.ts'
import { useLive } from '../live.ts'
import { Loaded } from '../parts/state.tsx'
import type { Provenance } from '../provenance-answers.ts'
import { ProvenanceList } from './provenance-list.tsx'
import { Artefacts, ProvenancePicture } from './provenance-picture.tsx'

const CALM_MS = 20_000
/** Below this the picture's words would be too small to read. */
const WIDE = '(min-width: 64rem)'

interface ProvenanceTerms {
  readonly release: ReleaseName
  /** Asked again at once when this is another one. */
  readonly nudge: unknown
}

export function ProvenanceView({ release, nudge }: ProvenanceTerms): ReactNode {
  const { service, version, environment } = release
  const live = useLive(
    `provenance ${service} ${version} ${environment ?? ''}`,
    () => api.provenance({ service, version, environment }),
    CALM_MS,
    nudge,
  )
  return (
    <Loaded live={live} what="the provenance">
      {(provenance) => <Drawn provenance={provenance} />}
    </Loaded>
  )
}

function Drawn({ provenance }: { readonly provenance: Provenance }): ReactNode {
  const isWide = useWide()
  return (
    <>
      <Artefacts artefacts={provenance.artefacts} />
      {isWide ? (
        <>
          <ProvenancePicture provenance={provenance} />
          <details className="as-list">
            <summary>The same as a list</summary>
            <ProvenanceList provenance={provenance} />
          </details>
        </>
      ) : (
        <ProvenanceList provenance={provenance} />
      )}
    </>
  )
}

function useWide(): boolean {
  return useSyncExternalStore(
    (tell) => {
      const query = matchMedia(WIDE)
      query.addEventListener('change', tell)
      return () => query.removeEventListener('change', tell)
    },
    () => matchMedia(WIDE).matches,
  )
}
