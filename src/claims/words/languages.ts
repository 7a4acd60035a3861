// The languages that reports are read in; English first, as it is read in every report.
import type { Language } from '../vocabulary.ts'
import { ENGLISH } from './english.ts'
import { FRENCH } from './french.ts'
import { GERMAN } from './german.ts'
import { SPANISH } from './spanish.ts'
import { TURKISH } from './turkish.ts'

export const LANGUAGES: readonly Language[] = [ENGLISH, GERMAN, FRENCH, SPANISH, TURKISH]
