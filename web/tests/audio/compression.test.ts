import { expect, it } from 'vitest'
import { codecFor } from '@/audio/compression'

it.each([
  ['localhost', 'pcm'],
  ['handset.localhost', 'pcm'],
  ['127.0.0.1', 'pcm'],
  ['[::1]', 'pcm'],
  ['phone.example.com', 'opus'],
  ['192.0.2.7', 'opus'],
  ['localhost.example.com', 'opus'],
  ['127.0.0.1.example.com', 'opus'],
])('sound from %s is %s by itself', (hostName, codec) => {
  expect(codecFor('automatic', hostName)).toBe(codec)
})

it('who comes through a tunnel says so, and who wants none gets none', () => {
  expect(codecFor('compressed', 'localhost')).toBe('opus')
  expect(codecFor('uncompressed', 'phone.example.com')).toBe('pcm')
})
