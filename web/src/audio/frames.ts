/** A frame on the audio socket: 16 bytes of header, little-endian, then PCM, 16 bit signed, mono. */

const HEADER_BYTES = 16
const SEQUENCE_OFFSET = 0
const CLOCK_OFFSET = 8

/** An empty frame and the samples to fill it with. */
export function createFrame(samples: number, sequence: number, clockS: number) {
  const frame = new ArrayBuffer(HEADER_BYTES + samples * Int16Array.BYTES_PER_ELEMENT)
  const header = new DataView(frame)
  header.setUint32(SEQUENCE_OFFSET, sequence, true)
  header.setFloat64(CLOCK_OFFSET, clockS, true)
  return { frame, pcm: new Int16Array(frame, HEADER_BYTES) }
}

/** The samples of a frame. */
export function pcmOf(frame: ArrayBuffer): Int16Array {
  return new Int16Array(frame, HEADER_BYTES)
}
