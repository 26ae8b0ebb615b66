/** The contract's schemas under their own names. */
import type { components } from './schema'

type Schemas = components['schemas']

export type AnyEvent = Schemas['AnyEvent']
export type AudioFormat = Schemas['AudioFormat']
export type Call = Schemas['Call']
export type CallList = Schemas['CallList']
export type ColourScheme = Schemas['ColourScheme']
export type Conference = Schemas['Conference']
export type Contact = Schemas['Contact']
export type ContactList = Schemas['ContactList']
export type ContactPatch = Schemas['ContactPatch']
export type Credentials = Schemas['Credentials']
export type Encryption = Schemas['Encryption']
export type JournalEntry = Schemas['JournalEntry']
export type JournalList = Schemas['JournalList']
export type JournalResult = Schemas['JournalResult']
export type Lamp = Schemas['Lamp']
export type LampList = Schemas['LampList']
export type LampState = Schemas['LampState']
export type Language = Schemas['Language']
export type OtherCalls = Schemas['OtherCalls']
export type ProblemDetails = Schemas['ProblemDetails']
export type Registration = Schemas['Registration']
export type Remote = Schemas['Remote']
export type Session = Schemas['Session']
export type Settings = Schemas['Settings']
export type SettingsPatch = Partial<Schemas['SettingsPatch']>
export type TransferTarget = Partial<Schemas['TransferTarget']>
export type SoundCheck = Schemas['SoundCheck']
export type SoundCheckStep = Schemas['SoundCheckStep']
export type Voicemail = Schemas['Voicemail']
