import { describe, expect, it } from 'vitest'
import { notes, say } from '@/shell/notes'

const texts = (): string[] => notes.value.map((note) => note.text)

describe('notes', () => {
  it('go when another of their sort comes, so that they never pile up over what one works on', () => {
    const action = { label: 'undo', run: () => {} }
    say('claimed')
    say('completed', { action })
    say('claimed again')
    expect(texts()).toEqual(['completed', 'claimed again'])
    say('completed again', { action })
    expect(texts()).toEqual(['claimed again', 'completed again'])
  })

  it('of something wrong stay', () => {
    say('first', { tone: 'wrong' })
    say('second', { tone: 'wrong' })
    expect(texts().slice(-2)).toEqual(['first', 'second'])
  })
})
