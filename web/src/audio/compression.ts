/** Whether sound is packed on its way between this page and the stack. */
import type { AudioCodec } from '@/api/types'

/** "Automatic" packs it unless the stack is on this machine, or seems to be: `ssh -L` looks like it. */
export type Compression = 'automatic' | 'compressed' | 'uncompressed'

export function codecFor(compression: Compression, hostName: string): AudioCodec {
  const isPacked =
    compression === 'compressed' || (compression === 'automatic' && !isLoopback(hostName))
  return isPacked ? 'opus' : 'pcm'
}

/** As the address bar has it; names below "localhost" are loopback's by RFC 6761 section 6.3. */
function isLoopback(hostName: string): boolean {
  return /^(.+\.)?localhost$|^127(\.\d+){3}$|^\[::1\]$/.test(hostName)
}
