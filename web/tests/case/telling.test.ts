import { describe, expect, it } from 'vitest'
import { entries, tell, withOptions } from '@/case/telling'

const SAY = { yes: '是', no: '否' }
const word = (label: string, options = {}, source = '') => ({ label, type: 'textfield', source, options })

describe('the values of a case', () => {
  it('are told by the labels of the forms, in their order, without what is empty or unknown', () => {
    const words = { title: word('标题'), kind: word('哨种', { hard: '攻坚' }), note: word('备注') }
    const found = entries({ kind: 'hard', title: '路灯', note: '', inner: 1 }, words, { title: 'name' }, SAY)
    expect(found.map((one) => [one.label, one.telling, one.masked])).toEqual([
      ['标题', { kind: 'text', text: '路灯' }, true],
      ['哨种', { kind: 'text', text: '攻坚' }, false],
    ])
  })

  it('take their options from the case where the form lists none', () => {
    const words = withOptions({ lead: word('牵头', {}, 'units') }, { units: [{ label: '住建局', value: 'housing' }] })
    expect(tell('housing', 'lead', words, SAY)).toEqual({ kind: 'text', text: '住建局' })
  })

  it('stay text, whatever they hold', () => {
    expect(tell('<img src=x onerror=alert(1)>', 'title', {}, SAY)).toEqual({
      kind: 'text',
      text: '<img src=x onerror=alert(1)>',
    })
    expect(tell(true, 'agreed', {}, SAY)).toEqual({ kind: 'text', text: '是' })
    expect(tell(['a', 'b'], 'x', {}, SAY)).toEqual({ kind: 'list', items: ['a', 'b'] })
  })

  it('are records with their own labels in lists', () => {
    const told = tell([{ name: '张三', phone: null }], 'parties', { 'parties.name': word('姓名') }, SAY)
    expect(told).toEqual({ kind: 'records', records: [[{ name: '姓名', telling: { kind: 'text', text: '张三' } }]] })
  })
})
