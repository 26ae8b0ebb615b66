/** The REST operations that the page uses, each under the name of its RPC. */
import { command, get } from './client'
import type {
  AudioSink,
  AudioSinkList,
  Call,
  CallList,
  ChatCredentials,
  Conference,
  Contact,
  ContactList,
  ContactPatch,
  ContactsByNumber,
  Credentials,
  IncomingPreview,
  IncomingRules,
  IncomingRulesPatch,
  JournalList,
  MissedCalls,
  Lamp,
  LampList,
  OtherCalls,
  PasswordChange,
  Session,
  Settings,
  SettingsPatch,
  TransferTarget,
  SoundCheck,
  SoundCheckStep,
  Voicemail,
  Team,
  TeamList,
} from './types'

/** Commands that need nothing but their call. */
export type CallVerb = 'hang-up' | 'hold' | 'resume' | 'mute' | 'unmute' | 'park'

/** Commands that need nothing but their team. */
export type TeamVerb = 'log-in' | 'log-out' | 'unpause'

export const signIn = (credentials: Credentials) =>
  command<Session>('POST', '/session', credentials)
export const signInToChat = (credentials: ChatCredentials) =>
  command<Session>('POST', '/session/chat', credentials)
export const changePassword = (current: string, changed: string) =>
  command<PasswordChange>('POST', '/profile/password', { current, new: changed })
export const getSession = () => get<Session>('/session')
export const signOut = () => command<undefined>('DELETE', '/session')

export const listCalls = () => get<CallList>('/calls')
/** Without a phone it starts where the person chose; "" is here. */
export const placeCall = (target: string, phone?: string) =>
  command<Call>('POST', '/calls', { target, phone })
export const controlCall = (callId: string, verb: CallVerb) =>
  command<Call>('POST', `/calls/${callId}/${verb}`)
export const answerCall = (callId: string, others: OtherCalls) =>
  command<Call>('POST', `/calls/${callId}/answer`, { others })
export const transferCall = (callId: string, to: TransferTarget) =>
  command<Call>('POST', `/calls/${callId}/transfer`, to)
export const rejectCall = (callId: string) =>
  command<Call>('POST', `/calls/${callId}/reject`, { scope: 'here' })
export const sendDtmf = (callId: string, digits: string) =>
  command<Call>('POST', `/calls/${callId}/dtmf`, { digits })

export const listContacts = () => get<ContactList>('/contacts')
export const findByNumbers = (numbers: string[]) =>
  get<ContactsByNumber>(
    `/contacts/by-number?${new URLSearchParams({ numbers: numbers.join(',') })}`,
  )
export const changeContact = (contactId: string, patch: ContactPatch) =>
  command<Contact>('PATCH', `/contacts/${contactId}`, patch)

export const listLamps = () => get<LampList>('/lamps')
export const pickUp = (number: string) => command<Call>('POST', `${lampPath(number)}/pick-up`)
export const requestCompletion = (number: string) =>
  command<Lamp>('POST', `${lampPath(number)}/completion`)
export const cancelCompletion = (number: string) =>
  command<Lamp>('DELETE', `${lampPath(number)}/completion`)
const lampPath = (number: string) => `/lamps/${encodeURIComponent(number)}`

export const startConference = (callIds: string[]) =>
  command<Conference>('POST', '/conferences', { call_ids: callIds })
export const dropParticipant = (conferenceId: string, callId: string) =>
  command<Call>('DELETE', `/conferences/${conferenceId}/participants/${callId}`)
export const endConference = (conferenceId: string) =>
  command<undefined>('DELETE', `/conferences/${conferenceId}`)

export const switchRecording = (callId: string, on: boolean) =>
  command<Call>('POST', `/calls/${callId}/recording`, { on })
export const deleteRecording = (recordingId: string) =>
  command<undefined>('DELETE', `/recordings/${recordingId}`)
/** Where the sound of a recording is; it takes ranges. */
export const recordingAddress = (recordingId: string) => `/api/v1/recordings/${recordingId}`
export const listAudioSinks = () => get<AudioSinkList>('/audio-sinks')
export const useAudio = (callId: string, audio_sink: AudioSink) =>
  command<Call>('POST', `/calls/${callId}/audio`, { audio_sink })

export const startSoundCheck = (step: SoundCheckStep, audio_sink: AudioSink) =>
  command<SoundCheck>('POST', '/sound-check', { step, audio_sink })
export const getSoundCheck = () => get<SoundCheck>('/sound-check')
export const stopSoundCheck = () => command<undefined>('DELETE', '/sound-check')

export const getIncomingRules = () => get<IncomingRules>('/incoming-rules')
export const changeIncomingRules = (patch: IncomingRulesPatch) =>
  command<IncomingRules>('PATCH', '/incoming-rules', patch)
export const previewIncoming = () => get<IncomingPreview>('/incoming-rules/preview')
export const acknowledgeRinging = (callId: string) =>
  command<undefined>('POST', `/calls/${callId}/ringing`)

export const getVoicemail = () => get<Voicemail>('/voicemail')
export const listTeams = () => get<TeamList>('/teams')
export const changeTeam = (teamId: string, verb: TeamVerb) =>
  command<Team>('POST', `/teams/${teamId}/${verb}`)
export const pauseInTeam = (teamId: string, reason: string) =>
  command<Team>('POST', `/teams/${teamId}/pause`, { reason })

export const getSettings = () => get<Settings>('/settings')
export const changeSettings = (patch: SettingsPatch) =>
  command<Settings>('PATCH', '/settings', patch)

/** A page of the journal, newest first; `after` is `next` of the page before. */
export function listJournal(after: string | null, limit: number): Promise<JournalList> {
  const query = new URLSearchParams({ limit: String(limit) })
  if (after !== null) query.set('after', after)
  return get<JournalList>(`/journal?${query}`)
}

export const getMissedCalls = () => get<MissedCalls>('/journal/missed-calls')
/** Somebody has looked at the journal, down from this entry. */
export const seeMissedCalls = (entryId: string) =>
  command<MissedCalls>('POST', '/journal/seen', { entry_id: entryId })
