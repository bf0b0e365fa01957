import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { solve } from '@/request/challenge'
import { complaints, handedIn, hidden } from '@/request/fields'
import { digest } from '@/request/sha256'

const hex = (words: Uint32Array): string => [...words].map((word) => word.toString(16).padStart(8, '0')).join('')

describe('the task of the public page', () => {
  it('hashes as everybody does, at every length of padding', () => {
    for (let length = 0; length < 140; length++) {
      const text = '汉a'.repeat(length).slice(0, length)
      expect(hex(digest(text))).toBe(createHash('sha256').update(text, 'utf8').digest('hex'))
    }
  })

  it('finds what the server accepts', async () => {
    const solution = await solve({ nonce: 'nonce', difficulty: 10 })
    const found = createHash('sha256').update(`nonce:${solution}`).digest()
    expect(found.readUInt32BE(0) >>> 22).toBe(0)
    expect(await solve({ nonce: 'nonce', difficulty: 0 })).toBe('0')
  })
})

describe('the form of the public page', () => {
  const phone = { type: 'textfield', key: 'contact_phone', validate: { required: true, pattern: '^[0-9]{5,20}$' }, conditional: { hide: '=anonymous = true' } }

  it('asks an anonymous sender for no telephone, and hands none in', () => {
    expect(complaints([phone], {})).toHaveProperty('contact_phone')
    expect(complaints([phone], { contact_phone: 'abc' })).toHaveProperty('contact_phone')
    expect(complaints([phone], { anonymous: true })).toEqual({})
    expect(handedIn([phone], { anonymous: true, contact_phone: '13800000000' })).toEqual({})
    expect(handedIn([phone], { contact_phone: ' 13800000000 ' })).toEqual({ contact_phone: '13800000000' })
  })

  it('shows a field whose condition it does not understand', () => {
    expect(hidden({ ...phone, conditional: { hide: '=count(x) > 1' } }, { anonymous: true })).toBe(false)
  })
})
