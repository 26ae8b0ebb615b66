/** Which device an AudioContext plays on. */

interface SinkSelection {
  setSinkId(deviceId: string): Promise<void>
}

/** Whether this browser can play on another device than the system's. */
export const canChooseOutput = 'setSinkId' in AudioContext.prototype

/** Play on this device, "" being the system's; also if the device is away at the moment. */
export async function setSink(context: AudioContext, deviceId: string): Promise<void> {
  if (!canChooseOutput) return
  const selection = context as unknown as SinkSelection
  try {
    await selection.setSinkId(deviceId)
  } catch (error) {
    if (deviceId === '' || (error as DOMException).name !== 'NotFoundError') throw error
    await selection.setSinkId('')
  }
}
