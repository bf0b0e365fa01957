import { describe, expect, it } from 'vitest'
import { complaintIn } from '@/forms/complaints'

describe('what a form complains of', () => {
  it('is said in the language of the page', () => {
    expect(complaintIn('Field is required.')).toBe('必须填写')
    expect(complaintIn('Field must have maximum length of 200.')).toBe('最多 200 个字')
    expect(complaintIn('Field must have minimum value of 1.')).toBe('不能小于 1')
    expect(complaintIn('Field must be a valid email.')).toBe('不是有效的邮箱地址')
  })

  it('stays as it is where we have no words for it', () => {
    expect(complaintIn('Something else.')).toBe('Something else.')
  })
})
