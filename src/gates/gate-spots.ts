// Names the slots and toggles of a document, gate by gate.
import { findSlots, findToggles } from '../document/index.ts'
import type { MarkdownDocument, SignOffSpot } from '../document/index.ts'
import type { Candidate } from './candidate.ts'
import { makeSpotNames } from './gate-id.ts'
import type { ImportedChecklist, ImportedGate, ImportedSlot, ImportedToggle } from './imported.ts'

type SpotNames = ReturnType<typeof makeSpotNames>

/** Slots and toggles in these spans, with ids and places. */
export function namedSpots(
  document: MarkdownDocument,
  spans: Candidate['spans'],
  nameSpot: SpotNames,
): Pick<ImportedGate, 'slots' | 'toggles'> {
  const { text } = document.reading
  const slots = findSlots(text, spans).map((slot): ImportedSlot => ({
    id: nameSpot(slot.label, ''),
    label: slot.label,
    ...(slot.unit === undefined ? {} : { unit: slot.unit }),
    ...(slot.bound === undefined ? {} : { bound: slot.bound }),
    ...document.positionOf(slot.start),
  }))
  const toggles = findToggles(text, spans).map((toggle): ImportedToggle => ({
    id: nameSpot(toggle.label, '-ok'),
    label: toggle.label,
    ...document.positionOf(toggle.start),
  }))
  return { slots, toggles }
}

/** Slots and toggles that belong to no gate, those of sign-off rows included. */
export function outsideSpots(
  document: MarkdownDocument,
  signOffs: readonly SignOffSpot[],
): ImportedChecklist['outside'] {
  const nameSpot = makeSpotNames()
  const spots = namedSpots(document, document.outside.spans, nameSpot)
  const slots = signOffs.flatMap((spot) =>
    spot.slots.map((slot): ImportedSlot => ({
      id: nameSpot(spot.role, ''),
      label: spot.role,
      ...document.positionOf(slot.start),
    })),
  )
  const toggles = signOffs.flatMap((spot) =>
    spot.toggles.map((toggle): ImportedToggle => ({
      id: nameSpot(spot.role, '-ok'),
      label: spot.role,
      ...document.positionOf(toggle.start),
    })),
  )
  return { slots: [...spots.slots, ...slots], toggles: [...spots.toggles, ...toggles] }
}
