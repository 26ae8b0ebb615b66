/**
 * A frame on the audio socket: 16 bytes of header, little-endian, then the payload: PCM, 16 bit signed,
 * mono, or an Opus packet.
 */

const HEADER_BYTES = 16
const SEQUENCE_OFFSET = 0
const CLOCK_OFFSET = 8

/** A frame with room for a payload. */
export function emptyFrame(payloadBytes: number, sequence: number, clockS: number) {
  const frame = new ArrayBuffer(HEADER_BYTES + payloadBytes)
  const header = new DataView(frame)
  header.setUint32(SEQUENCE_OFFSET, sequence, true)
  header.setFloat64(CLOCK_OFFSET, clockS, true)
  return { frame, payload: payloadOf(frame) }
}

/** An empty frame and the samples to fill it with. */
export function createFrame(samples: number, sequence: number, clockS: number) {
  const { frame } = emptyFrame(samples * Int16Array.BYTES_PER_ELEMENT, sequence, clockS)
  return { frame, pcm: pcmOf(frame) }
}

export function sequenceOf(frame: ArrayBuffer): number {
  return new DataView(frame).getUint32(SEQUENCE_OFFSET, true)
}

export function payloadOf(frame: ArrayBuffer) {
  return new Uint8Array(frame, HEADER_BYTES)
}

/** The samples of a frame. */
export function pcmOf(frame: ArrayBuffer) {
  return new Int16Array(frame, HEADER_BYTES)
}
