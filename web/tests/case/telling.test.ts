import { describe, expect, it } from 'vitest'
import { entries, tell, withOptions, worded } from '@/case/telling'

const SAY = { yes: '是', no: '否', name: (id: string) => ({ qh01: '青石镇', qh00042: '何秋' })[id] ?? id }
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

  it('say the names of units and people, not their ids', () => {
    expect(tell('qh01', 'owner_unit', {}, SAY)).toEqual({ kind: 'text', text: '青石镇' })
    expect(tell('qh00042', 'owner_user', {}, SAY)).toEqual({ kind: 'text', text: '何秋' })
    expect(tell('qh01', 'note', {}, SAY)).toEqual({ kind: 'text', text: 'qh01' })
  })

  it('are worded in heads as in forms, from wide to narrow', () => {
    const kind = word('类别', { neighbour: '邻里相邻', water: '排水' })
    expect(worded('neighbour', kind)).toBe('邻里相邻')
    expect(worded('neighbour/water', kind)).toBe('邻里相邻/排水')
    expect(worded('neighbour/noise', word('类别', { 'neighbour/noise': '邻里相邻 / 邻里噪声' }))).toBe('邻里相邻 / 邻里噪声')
    expect(worded('12345', undefined)).toBe('12345')
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
